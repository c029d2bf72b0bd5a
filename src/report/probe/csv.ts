import type { AddressReport, ProbeRecord, ProtocolReport, ResumptionReport } from '../../domain/probe-record.ts';
import { sumOf } from '../../stats/descriptive.ts';
import { csv, exact, type Columns, type DecimalSign } from '../csv.ts';
import { groupNameOf } from './fleet-map.ts';

/**
 * A row per address, protocol and mechanism. An address that is not reached has a row, and so has a protocol that failed or that nothing
 * was tried in: what is missing is seen.
 */
export const probeCsv = (record: ProbeRecord, decimal?: DecimalSign): string =>
  csv(
    COLUMNS,
    record.addresses.flatMap((address, index) => addressRows(address, record, index)),
    decimal,
  );

interface MechanismRow {
  readonly target: string;
  readonly address: AddressReport;
  readonly group: string | undefined;
  readonly protocol: AddressReport['protocols'][number] | undefined;
  readonly report: ProtocolReport | undefined;
  readonly tried: ResumptionReport | undefined;
}

const addressRows = (address: AddressReport, record: ProbeRecord, index: number): MechanismRow[] => {
  const at = {
    target: record.targets[address.target]?.name ?? '',
    address,
    group: record.map === null ? undefined : groupNameOf(record.map, index),
  };
  const rows = address.protocols.flatMap((protocol) => {
    const report = protocol.state === 'negotiated' ? protocol : undefined;
    const tried: readonly (ResumptionReport | undefined)[] = report?.resumption ?? [];
    return (tried.length === 0 ? [undefined] : tried).map((one) => ({ ...at, protocol, report, tried: one }));
  });
  return rows.length === 0 ? [{ ...at, protocol: undefined, report: undefined, tried: undefined }] : rows;
};

/** Whole days and hours are for people: a time is ISO 8601, UTC. */
const isoTime = (unixMs: number | null | undefined): string | undefined => {
  const time = new Date(unixMs ?? NaN);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
};

const flag = (value: boolean | null | undefined): string | undefined =>
  value === null || value === undefined ? undefined : String(value);

const COLUMNS: Columns<MechanismRow> = [
  ['target', ({ target }) => target],
  ['address', ({ address }) => address.address],
  ['port', ({ address }) => address.port],
  ['unreachable', ({ address }) => address.unreachable ?? undefined],
  ['group', ({ group }) => group],
  ['protocol', ({ protocol }) => protocol?.protocol],
  ['failure', ({ protocol }) => (protocol?.state === 'failed' ? protocol.failure : undefined)],
  ['cipher', ({ report }) => report?.cipher],
  ['key_exchange_group', ({ report }) => report?.group],
  ['forward_secrecy', ({ report }) => flag(report?.forwardSecrecy)],
  ['alpn', ({ report }) => report?.alpn],
  ['key_type', ({ report }) => report?.chain[0]?.keyType],
  ['certificates', ({ report }) => report?.chain.length],
  ['chain_bytes', ({ report }) => (report === undefined ? undefined : sumOf(report.chain, ({ bytes }) => bytes))],
  ['certificate_serial', ({ report }) => report?.chain[0]?.serial],
  ['not_after_utc', ({ report }) => isoTime(report?.chain[0]?.notAfterUnixMs)],
  ['verification', ({ report }) => report?.verification ?? undefined],
  ['staple', ({ report }) => report?.staple.status],
  ['staple_until_utc', ({ report }) => isoTime(report?.staple.nextUpdateUnixMs)],
  ['session_id_bytes', ({ report }) => report?.sessionIdBytes],
  ['tickets', ({ report }) => report?.tickets.count],
  ['ticket_bytes', ({ report }) => report?.tickets.bytes.join(' ')],
  ['ticket_lifetime_s', ({ report }) => exact(report?.tickets.lifetimeS)],
  ['ticket_arrival', ({ report }) => report?.tickets.arrival ?? undefined],
  ['ticket_family', ({ report }) => report?.tickets.family ?? undefined],
  ['ticket_keys', ({ report }) => report?.tickets.keyNames.join(' ')],
  ['extended_master_secret', ({ report }) => flag(report?.extendedMasterSecret)],
  ['hello_retry', ({ report }) => flag(report?.helloRetry)],
  ['client_certificate', ({ report }) => (report === undefined ? undefined : flag(report.clientCertificate !== null))],
  ['early_data_bytes', ({ report }) => report?.earlyData?.maxBytes],
  ['early_data_accepted', ({ report }) => flag(report?.earlyData?.accepted)],
  ['mechanism', ({ tried }) => tried?.mechanism],
  ['tries', ({ tried }) => tried?.tries],
  ['honoured', ({ tried }) => tried?.honoured],
  ['failed', ({ tried }) => (tried === undefined ? undefined : sumOf(Object.values(tried.failed), (times) => times))],
  ['share_low', ({ tried }) => exact(tried?.low)],
  ['share_high', ({ tried }) => exact(tried?.high)],
  ['offered_again', ({ tried }) => tried?.reused ?? undefined],
  ['renewed', ({ tried }) => flag(tried?.renews)],
  ['bytes_full', ({ tried }) => exact(tried?.bytesFull)],
  ['bytes_resumed', ({ tried }) => exact(tried?.bytesResumed)],
  ['tls10', ({ address }) => address.legacy?.['TLSv1.0']],
  ['tls11', ({ address }) => address.legacy?.['TLSv1.1']],
  ['post_quantum', ({ address }) => address.postQuantum ?? undefined],
  ['connections', ({ address }) => address.connections],
];
