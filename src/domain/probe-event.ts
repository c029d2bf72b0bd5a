/** Something that happens in the part of a probe that takes long. */
export type ProbeEvent = { readonly atUnixMs: number; readonly address: number } & (
  | { readonly kind: 'new-key'; readonly name: string; readonly after: string }
  /** Tickets of a key that was in use before are no longer honoured. */
  | { readonly kind: 'grace-over'; readonly name: string; readonly leftMs: number }
  | { readonly kind: 'chain-over'; readonly ageMs: number; readonly renewals: number }
  | { readonly kind: 'lost'; readonly failure: string }
  | { readonly kind: 'back' }
  /** A cache is about to be filled, with so many connections at most. */
  | { readonly kind: 'cache-filling'; readonly connections: number }
);
