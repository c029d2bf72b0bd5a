import type { Mechanism } from '../../../src/domain/kind.ts';
import type { AddressReport, FleetMap, ProbeRecord, ProtocolReport, ResumptionReport } from '../../../src/domain/probe-record.ts';
import { groupsOf } from '../../../src/analysis/probe/groups.ts';
import { shareBounds } from '../../../src/stats/proportion.ts';
import { address, fakeProbe, LEAF, tls12, tls13 } from '../../report/probe/fake-probe.ts';
import { tryFleet, type Truth } from './fleets.ts';

export { address, LEAF, tls12, tls13 };

/** Attempts of a mechanism with their bounds. */
export const tried = (
  mechanism: Mechanism,
  honoured: number,
  change: Partial<ResumptionReport> & { readonly tries?: number } = {},
): ResumptionReport => {
  const { tries = 10 } = change;
  const { lower, upper } = tries === 0 ? { lower: null, upper: null } : shareBounds(honoured, tries, 0.025);
  return {
    mechanism,
    tries,
    honoured,
    failed: {},
    low: lower,
    high: upper,
    reused: honoured > 0 ? 'honoured' : null,
    renews: honoured > 0 ? true : null,
    bytesFull: 3000,
    bytesResumed: null,
    ...change,
  };
};

/** Tickets whose keys came in this order, a letter for each: `aab`. */
export const keysInOrder = (order: string): Pick<ProtocolReport['tickets'], 'keyNames' | 'keyNameOrder'> => {
  const letters = Array.from(order);
  const keyNames = [...new Set(letters)];
  return { keyNames, keyNameOrder: letters.map((letter) => keyNames.indexOf(letter)) };
};

/** A TLS 1.3 report with tickets under the keys of this order. */
export const withKeys = (order: string, change: Partial<ProtocolReport> = {}): ProtocolReport =>
  tls13({ tickets: { ...tls13().tickets, ...keysInOrder(order) }, resumption: [tried('psk', 10)], ...change });

/** A record of addresses of one name. */
export const probeOf = (addresses: readonly Partial<AddressReport>[], change: Partial<ProbeRecord> = {}): ProbeRecord =>
  fakeProbe({
    addresses: addresses.map((each, i) => address({ address: `10.0.0.${String(i + 1)}`, ...each })),
    ...change,
  });

/** A record of addresses that speak TLS 1.3, with the map that follows from their names and this truth. */
export const mappedProbe = (reports: readonly ProtocolReport[], truth: Truth, addresses: readonly string[] = []): ProbeRecord => {
  const record = probeOf(
    reports.map((report, i) => ({ protocols: [report], address: addresses[i] ?? `10.0.0.${String(i + 1)}` })),
  );
  return { ...record, map: mapOf(reports, truth) };
};

const mapOf = (reports: readonly ProtocolReport[], truth: Truth): FleetMap => {
  const mapped = reports
    .map((report, i) => ({
      address: i,
      keyNames: report.tickets.keyNames,
      resumes: report.resumption.some((one) => one.honoured > 0),
    }))
    .filter(({ resumes }) => resumes);
  const { plan, results } = tryFleet(mapped, truth);
  return {
    protocol: 'TLSv1.3',
    mechanism: 'psk',
    method: plan.method,
    groups: groupsOf(mapped, results),
    pairs: results.map((pair) => ({ ...pair, failed: {}, protocol: 'TLSv1.3', low: null, high: null })),
    predicted: null,
    balanced: null,
  };
};
