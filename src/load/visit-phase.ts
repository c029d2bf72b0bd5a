/** What a visit is at: fetching sessions, letting them age, or measuring. Times on the engines' clock. */
export type VisitPhase =
  | { readonly name: 'priming'; readonly sessions: number }
  | { readonly name: 'ageing'; readonly ms: number }
  | { readonly name: 'window'; readonly startNs: number };
