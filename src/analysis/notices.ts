import { cellLabel } from '../domain/cell.ts';
import type { Notice } from '../domain/notice.ts';
import { protocolLabel } from '../domain/protocol.ts';
import type { RunRecord } from '../domain/run-record.ts';
import type { CellSummary } from './summary.ts';

/** Above this share of its threads' time the generator's own queueing enters what it measures. */
const SATURATED_SHARE = 0.9;

/** Time that the connections do not account for; beyond it a clock or the generator is wrong (Little's law). */
const MOST_RESIDUAL = 0.05;

/** The doubts and facts that follow from what was measured. */
export const noticesOf = (run: RunRecord, cells: readonly CellSummary[]): Notice[] => [
  ...cells.flatMap((cell) => outcomeNotices(run, cell)),
  ...saturationNotices(run, cells),
  ...cells.flatMap(residualNotices),
  ...suiteNotices(cells),
  ...stateNotices(run),
];

const outcomeNotices = (run: RunRecord, cell: CellSummary): Notice[] => {
  const notices: Notice[] = [];
  const name = cellLabel(cell);
  const isControl = run.cells.some(({ id, expected }) => id === cell.id && expected === 'declined');
  const { handshakes } = cell;
  if (handshakes > 0 && cell.honoured === 0) {
    notices.push(
      isControl
        ? { code: 'declined-as-configured', severity: 'info', cell: name, handshakes }
        : { code: 'never-honoured', severity: 'error', cell: name, handshakes, because: cell.declinedBy },
    );
  } else if (isControl && cell.honoured > 0) {
    notices.push({ code: 'honoured-unexpectedly', severity: 'warning', cell: name, honoured: cell.honoured });
  } else if (cell.declined > 0) {
    notices.push({ code: 'partly-declined', severity: 'warning', cell: name, handshakes, because: cell.declinedBy });
  }
  if (cell.errors > 0) notices.push({ code: 'errors', severity: 'warning', cell: name, handshakes, because: cell.errorsBy });
  const conflicts = run.blocks
    .filter((block) => block.cell === cell.id)
    .reduce((sum, block) => sum + block.primed.conflicts + (block.declined['evidence-conflict'] ?? 0), 0);
  if (conflicts > 0) notices.push({ code: 'evidence-conflict', severity: 'error', cell: name, handshakes: conflicts });
  if (cell.mechanism === 'psk-stateful') notices.push({ code: 'stateful-tickets', severity: 'info', cell: name });
  return notices;
};

/** One notice for all cells: where one is saturated the others mostly are too. */
const saturationNotices = (run: RunRecord, cells: readonly CellSummary[]): Notice[] => {
  const saturated = cells.flatMap((cell) => {
    const share = cpuShare(run, cell);
    return share !== undefined && share > SATURATED_SHARE ? [{ name: cellLabel(cell), share }] : [];
  });
  if (saturated.length === 0) return [];
  return [
    {
      code: 'generator-saturated',
      severity: 'warning',
      cells: saturated.map(({ name }) => name),
      of: cells.length,
      cpuShare: Math.max(...saturated.map(({ share }) => share)),
      workers: run.workers,
    },
  ];
};

const residualNotices = (cell: CellSummary): Notice[] => {
  const residual = cell.littlesLawResidual;
  if (residual === undefined || Math.abs(residual) <= MOST_RESIDUAL) return [];
  return [{ code: 'littles-law', severity: 'warning', cell: cellLabel(cell), residual }];
};

/** The share of the workers' time that they were on a core. */
const cpuShare = (run: RunRecord, cell: CellSummary): number | undefined => {
  const blocks = run.blocks.filter((block) => block.cell === cell.id && block.valid && block.cpuClientNs !== null);
  const time = blocks.reduce((sum, block) => sum + block.durationNs, 0) * run.workers;
  return time === 0 ? undefined : blocks.reduce((sum, block) => sum + (block.cpuClientNs ?? 0), 0) / time;
};

/** Server CPU depends on the suite's hash: unlike suites are not comparable. */
const suiteNotices = (cells: readonly CellSummary[]): Notice[] =>
  [...new Set(cells.map((cell) => cell.protocol))].flatMap((protocol): Notice[] => {
    const suites = [
      ...new Set(cells.flatMap((cell) => (cell.protocol === protocol && cell.honoured > 0 ? [hashOf(cell.cipher ?? '')] : []))),
    ].filter((hash) => hash !== '');
    return suites.length > 1 ? [{ code: 'mixed-suites', severity: 'warning', protocol: protocolLabel(protocol), suites }] : [];
  });

/** The symmetric part of a suite: that differs by key type in TLS 1.2 without being another suite in cost. */
const hashOf = (cipher: string): string => /(?:AES[_-]?\d+|CHACHA20).*$/u.exec(cipher)?.[0].replaceAll('_', '-') ?? cipher;

const stateNotices = (run: RunRecord): Notice[] =>
  run.states.flatMap((state): Notice[] => [
    ...(state.cpuSource === null
      ? [{ code: 'server-cpu-unknown', severity: 'info', state: state.label, reason: CPU_REASON } as const]
      : []),
    ...(state.verified ? [] : [{ code: 'not-verified', severity: 'info', state: state.label } as const]),
  ]);

const CPU_REASON = 'no process of this machine that may be read listens on its port';
