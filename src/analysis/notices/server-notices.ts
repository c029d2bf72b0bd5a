import { accountVerdict, unsettledOf } from '../server-account.ts';
import type { Notice } from '../../domain/notice.ts';
import type { BlockRecord, QuotaRecord, RunRecord } from '../../domain/run-record.ts';
import type { StateRecord } from '../../domain/state-record.ts';

/** Fewer throttled periods leave latency as it is, but for its tail. */
const MOST_THROTTLED = 0.01;

/** What is to be known of a state's server, or of what is measured of it, before its CPU time is read. */
export const serverNotices = (run: RunRecord, state: StateRecord): Notice[] => {
  const cells = new Set(run.cells.filter((cell) => cell.state === state.label).map(({ id }) => id));
  const blocks = run.blocks.filter((block) => block.valid && cells.has(block.cell));
  const to = [...new Set(blocks.flatMap(({ server }) => server.forwardsTo))];
  return [
    ...absenceNotices(state, blocks),
    ...(to.length === 0 ? [] : [{ code: 'server-forwards', severity: 'info', state: state.label, to } as const]),
    ...throttleNotices(
      blocks.flatMap(({ server }) => server.quota ?? []),
      state.label,
    ),
  ];
};

/** A server that has counted other handshakes than ours: one side is wrong. */
export const accountNotices = (run: RunRecord, { label, account }: StateRecord): Notice[] => {
  if (account?.state !== 'read' || accountVerdict(account, unsettledOf(run, label)) !== 'differs') return [];
  const { server, ours, failed } = account;
  return [{ code: 'account-differs', severity: 'warning', state: label, server, ours, failed }];
};

/** A limit on the generator itself. */
export const generatorThrottleNotices = ({ blocks }: RunRecord): Notice[] =>
  throttleNotices(blocks.flatMap(({ hosts }) => hosts.flatMap(({ quota }) => quota ?? [])));

/** One block without it makes the CPU time of a cell unknown. */
const absenceNotices = ({ label, cpuSource, cpuAbsence }: StateRecord, blocks: readonly BlockRecord[]): Notice[] => {
  const reasons = blocks.flatMap(({ server }) => server.cpuAbsence ?? []);
  const reason = reasons[0] ?? cpuAbsence ?? (cpuSource === null ? 'no-listener' : undefined);
  if (reason === undefined) return [];
  const notice = { code: 'server-cpu-unknown', severity: 'info', state: label, reason } as const;
  return [
    reasons.length > 0 && reasons.length < blocks.length ? { ...notice, blocks: reasons.length, of: blocks.length } : notice,
  ];
};

const throttleNotices = (quotas: readonly QuotaRecord[], state?: string): Notice[] => {
  const [worst] = quotas.toSorted((a, b) => b.throttledShare - a.throttledShare);
  if (worst === undefined || worst.throttledShare <= MOST_THROTTLED) return [];
  const { cores, throttledShare: share } = worst;
  return [{ code: 'cpu-throttled', severity: 'warning', ...(state !== undefined && { state }), cores, share }];
};
