import type { Expectation, ExpectationResult, UnmetReason } from '../../domain/probe-expectation.ts';
import type { Mechanism } from '../../domain/kind.ts';
import type { Protocol } from '../../domain/protocol.ts';
import type { AddressReport, ProtocolReport } from '../../domain/probe-record.ts';
import { fleetsOf, type Fleet, type Probed, type ProbedAddress } from './fleet.ts';

/**
 * Judges what was expected of all addresses: one result where it holds at each of them, else one
 * for each address at which it does not. What could not be seen does not hold.
 */
export const judgeExpectations = (expectations: readonly Expectation[], probed: Probed): ExpectationResult[] =>
  expectations.flatMap((expectation): ExpectationResult[] => {
    const unmet = fleetsOf(probed).flatMap((fleet) =>
      fleet.flatMap((address): ExpectationResult[] => {
        const why = unmetAt(expectation, address, { fleet, probed });
        return why === undefined ? [] : [{ expectation, holds: false, address: address.index, why }];
      }),
    );
    if (probed.addresses.length === 0) {
      return [{ expectation, holds: false, address: null, why: { reason: 'not-tried', protocol: null } }];
    }
    return unmet.length > 0 ? unmet : [{ expectation, holds: true, addresses: probed.addresses.length }];
  });

interface Context {
  readonly fleet: Fleet;
  readonly probed: Probed;
}

const unmetAt = (expectation: Expectation, address: ProbedAddress, context: Context): UnmetReason | undefined => {
  const negotiated = address.report.protocols.filter((entry) => entry.state === 'negotiated');
  if (negotiated.length === 0) return { reason: 'no-handshake', failure: failureOf(address.report) };
  switch (expectation) {
    case 'ticket':
      return unresumed(negotiated, 'TLSv1.2', ['ticket']);
    case 'session-id':
      return unresumed(negotiated, 'TLSv1.2', ['session-id']);
    case 'psk':
      return unresumed(negotiated, 'TLSv1.3', ['psk', 'psk-stateful']);
    case 'shared-keys':
      return unshared(address, context);
    case 'forward-secrecy':
      return first(negotiated, ({ forwardSecrecy, protocol, cipher }) =>
        forwardSecrecy ? undefined : { reason: 'no-forward-secrecy', protocol, cipher },
      );
    case 'ocsp':
      return first(negotiated, ({ staple: { status }, protocol }) =>
        status === 'good' ? undefined : { reason: 'staple', protocol, status },
      );
    case 'no-legacy':
      return acceptedLegacy(address.report);
  }
};

const failureOf = ({ unreachable, protocols }: AddressReport): string =>
  unreachable ?? protocols.flatMap((entry) => (entry.state === 'failed' ? [entry.failure] : [])).at(-1) ?? '';

const first = (
  negotiated: readonly ProtocolReport[],
  why: (report: ProtocolReport) => UnmetReason | undefined,
): UnmetReason | undefined => negotiated.map(why).find((reason) => reason !== undefined);

const unresumed = (
  negotiated: readonly ProtocolReport[],
  protocol: Protocol,
  mechanisms: readonly Mechanism[],
): UnmetReason | undefined => {
  const report = negotiated.find((entry) => entry.protocol === protocol);
  if (report === undefined) return { reason: 'protocol-missing', protocol };
  const tried = report.resumption.filter(({ mechanism, tries }) => mechanisms.includes(mechanism) && tries > 0);
  if (tried.length === 0) return { reason: 'not-tried', protocol };
  const declined = tried.find(({ tries, honoured }) => honoured < tries);
  return declined && { reason: 'declined', protocol, tries: declined.tries, honoured: declined.honoured };
};

/** An address that declines a part of its own sessions is several servers, whose keys differ. */
const unshared = ({ index, report }: ProbedAddress, { fleet, probed: { map } }: Context): UnmetReason | undefined => {
  if (fleet.length < 2) return { reason: 'one-address' };
  const protocol = map?.protocol;
  if (map === null || protocol == null) return { reason: 'not-tried', protocol: null };
  const { mechanism } = map;
  const sizeOf = (group: readonly number[]): number => fleet.filter((other) => group.includes(other.index)).length;
  const groups = map.groups.map(({ addresses }) => addresses).filter((group) => sizeOf(group) > 0);
  const [largest = []] = groups.toSorted((a, b) => sizeOf(b) - sizeOf(a));
  const own = report.protocols.find((entry) => entry.protocol === protocol);
  // A probe that only maps offers no address its own sessions.
  const tries = own?.state === 'negotiated' ? own.resumption.find((tried) => tried.mechanism === mechanism) : undefined;
  if (tries === undefined && !groups.some((group) => group.includes(index))) return { reason: 'not-tried', protocol };
  if (tries !== undefined && tries.honoured < tries.tries) {
    return { reason: 'declined', protocol, tries: tries.tries, honoured: tries.honoured };
  }
  if (largest.includes(index) && sizeOf(largest) > 1) return undefined;
  return { reason: 'other-group', groups: groups.length, largest: sizeOf(largest), of: fleet.length };
};

const acceptedLegacy = ({ legacy }: AddressReport): UnmetReason | undefined => {
  if (legacy === null) return { reason: 'not-tried', protocol: null };
  for (const version of ['TLSv1.0', 'TLSv1.1'] as const) {
    const answer = legacy[version];
    if (answer !== 'refused') return { reason: 'legacy', version, answer };
  }
  return undefined;
};
