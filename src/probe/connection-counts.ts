import { sumOf } from '../stats/descriptive.ts';

interface Dialled {
  readonly address: string;
  readonly port: number;
}

/** Counts the connections of a probe, by address. */
export class ConnectionCounts {
  readonly #counts = new Map<string, number>();

  add(dialled: Dialled): void {
    this.#counts.set(keyOf(dialled), this.of(dialled) + 1);
  }

  of(dialled: Dialled): number {
    return this.#counts.get(keyOf(dialled)) ?? 0;
  }

  get total(): number {
    return sumOf([...this.#counts.values()], (count) => count);
  }
}

const keyOf = ({ address, port }: Dialled): string => `${address} ${String(port)}`;
