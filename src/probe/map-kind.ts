import { PROTOCOLS } from '../domain/protocol.ts';
import type { Examination } from './examination.ts';
import type { PairKind } from './pairs.ts';
import type { SessionSupply } from './protocol-examination.ts';

/** The kind of session that a map is made with, and the addresses that have it. */
export interface MapKind extends PairKind {
  readonly addresses: readonly number[];
}

/**
 * Chooses the kind of session that the most addresses resume themselves; of equals the newer protocol's. Where nothing was offered to
 * the addresses themselves, having given a session is enough.
 *
 * @returns `undefined` where no address has any.
 */
export const mapKindOf = (examinations: readonly Examination[]): MapKind | undefined => {
  const kinds = new Map<string, { kind: PairKind; addresses: number[] }>();
  for (const [address, examination] of examinations.entries()) {
    for (const supply of examination.supplies().filter(isMapped)) {
      const key = `${supply.protocol} ${supply.mechanism}`;
      const known = kinds.get(key) ?? { kind: supply, addresses: [] };
      known.addresses.push(address);
      kinds.set(key, known);
    }
  }
  const [best] = [...kinds.values()].toSorted(
    (a, b) => b.addresses.length - a.addresses.length || rankOf(b.kind) - rankOf(a.kind),
  );
  return best && { protocol: best.kind.protocol, mechanism: best.kind.mechanism, addresses: best.addresses };
};

const isMapped = ({ offered, honoured }: SessionSupply): boolean => honoured > 0 || !offered;

const rankOf = ({ protocol }: PairKind): number => PROTOCOLS.indexOf(protocol);
