/** Time in which something happened, in ms since the watch began: from the start of a handshake to its end. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Polls in a row that brought tickets of the same key. The name is empty where tickets have none. */
export interface KeyRun {
  readonly name: string;
  readonly first: Span;
  readonly last: Span;
  readonly polls: number;
}

/** A session as it was given. */
export interface Given {
  readonly name: string;
  readonly got: Span;
  /** Lifetime that the server stated, in s; 0 where it stated none. */
  readonly statedS: number;
}

/** A parked session that was offered, for the first and only time. */
export interface Offer extends Given, Span {
  readonly honoured: boolean;
}

/** Sessions each of which came of the resumption of the one before. */
export interface Chain {
  /** The full handshake that it began with. */
  readonly since: Span;
  readonly renewals: number;
  readonly lastHonoured: Span | undefined;
  readonly declined: Span | undefined;
}

/** What was seen of one address. Polls that say the same are kept as one run, so that days of watching fit into memory. */
export class AddressLog {
  readonly runs: KeyRun[] = [];
  readonly offers: Offer[] = [];
  readonly chains: Chain[] = [];
  readonly failed: Record<string, number> = {};
  polls = 0;
  readonly #names = new Set<string>();

  /** Notes the key of a poll's ticket. @returns the key before it where this one is new, and not the first. */
  see(name: string, span: Span): string | undefined {
    this.polls += 1;
    const before = this.runs.at(-1);
    const isNew = !this.#names.has(name);
    this.#names.add(name);
    if (before?.name === name) this.runs[this.runs.length - 1] = { ...before, last: span, polls: before.polls + 1 };
    else this.runs.push({ name, first: span, last: span, polls: 1 });
    return isNew ? before?.name : undefined;
  }

  fail(failure: string): void {
    this.polls += 1;
    this.failed[failure] = (this.failed[failure] ?? 0) + 1;
  }

  beginChain(since: Span): void {
    this.chains.push({ since, renewals: 0, lastHonoured: undefined, declined: undefined });
  }

  /** Notes the outcome of an offer of the newest session of the chain. */
  goOn(span: Span, { honoured, renewed }: { readonly honoured: boolean; readonly renewed: boolean }): void {
    const chain = this.chains.at(-1);
    if (chain === undefined) return;
    this.chains[this.chains.length - 1] = honoured
      ? { ...chain, lastHonoured: span, renewals: chain.renewals + (renewed ? 1 : 0) }
      : { ...chain, declined: span };
  }
}
