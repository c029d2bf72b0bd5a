import { isAnswer } from '../../domain/failure.ts';
import { cellLabel } from '../../domain/cell.ts';
import { INVALID } from '../../domain/invalid-reason.ts';
import type { Notice } from '../../domain/notice.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import type { BlockRecord, RunRecord } from '../../domain/run-record.ts';
import { agentNotices } from './agents.ts';
import { backOffNotices } from './back-off.ts';
import { headroomNotices } from './headroom.ts';
import { clockNotices } from './clock.ts';
import { endingNotices } from './ending.ts';
import { capacityNotices } from './capacity.ts';
import { OTHER_RATE } from '../capacity/trial-blocks.ts';
import { generatorHints, saturationNotices, stallNotices } from './saturation.ts';
import { sumCounts } from '../../domain/mergeable.ts';
import { accountNotices, serverNotices } from './server-notices.ts';
import type { CellSummary } from '../summary/cell-summary.ts';
import { isAsExpected } from '../summary/expected-share.ts';
import type { RunSummary } from '../summary/run-summary.ts';
import { certificateNotices } from './certificates.ts';
import { timingNotices } from './timing.ts';
import { MOST_RESIDUAL } from '../judging-rules.ts';

/** The doubts and facts that follow from what was measured. */
export const noticesOf = (summary: RunSummary): Notice[] => {
  const { run, cells } = summary;
  return [
    ...cells.flatMap((cell) => outcomeNotices(run, cell)),
    ...cells.flatMap((cell) => backOffNotices(run, cell)),
    ...saturationNotices(summary),
    ...stallNotices(run),
    ...agentNotices(run),
    ...clockNotices(run),
    ...headroomNotices(summary),
    ...cells.flatMap(timingNotices),
    ...capacityNotices(run),
    ...cells.flatMap((cell) => residualNotices(summary, cell)),
    ...cells.flatMap((cell) => certificateNotices(run, cell)),
    ...suiteNotices(cells),
    ...endingNotices(run),
    ...stateNotices(run),
  ];
};

const outcomeNotices = (run: RunRecord, cell: CellSummary): Notice[] => [
  ...verdictNotices(run, cell),
  ...errorNotices(run, cell),
  ...conflictNotices(run, cell),
  ...(cell.mechanism === 'psk-stateful'
    ? [{ code: 'stateful-tickets', severity: 'info', cell: cellLabel(cell) } as const satisfies Notice]
    : []),
  ...invalidNotices(run, cell),
];

/** Whether the mode that was asked for is what was got: the one question that every number below rests on. */
const verdictNotices = (run: RunRecord, cell: CellSummary): Notice[] => {
  const name = cellLabel(cell);
  const record = run.cells.find(({ id }) => id === cell.id);
  const isControl = record?.expected === 'declined';
  const { handshakes, honoured } = cell;
  // Where handshakes were broken off because of the session, their alerts are the reason.
  const isBrokenOff = cell.declinedBy['session-broken-off'] !== undefined;
  const declinedBy = isBrokenOff ? { ...cell.declinedBy, ...cell.errorsBy } : cell.declinedBy;
  if (isControl && honoured > 0) return [{ code: 'honoured-unexpectedly', severity: 'warning', cell: name, honoured }];
  if (isControl && handshakes > 0) return [{ code: 'declined-as-configured', severity: 'info', cell: name, handshakes }];
  if (record?.expectedShare !== undefined && isOnlyRefused(cell) && isAsExpected(record, cell)) {
    const { expectedShare } = record;
    return [{ code: 'partly-as-configured', severity: 'info', cell: name, handshakes, honoured, expectedShare }];
  }
  if (cell.status === 'never')
    return [{ code: 'never-honoured', severity: 'error', cell: name, handshakes, because: declinedBy }];
  if (cell.status === 'partly')
    return [{ code: 'partly-declined', severity: 'warning', cell: name, handshakes, because: declinedBy }];
  return [];
};

const isOnlyRefused = ({ declinedBy }: CellSummary): boolean => Object.keys(declinedBy).every((reason) => reason === 'refused');

const errorNotices = (run: RunRecord, cell: CellSummary): Notice[] => {
  const name = cellLabel(cell);
  const { handshakes, errorsBy } = cell;
  if (cell.status === 'failed' || isUnmeasured(run, cell)) {
    const blocks = blocksOf(run, cell);
    const measured = sumCounts(blocks.map((block) => block.errors));
    const isPriming = Object.keys(measured).length === 0;
    const because = isPriming ? sumCounts(blocks.map((block) => block.primed.errors)) : measured;
    const isOffered = !isPriming && blocks.some(({ offeredSessions }) => offeredSessions !== null);
    const whenOffered = isOffered && Object.keys(because).every(isAnswer);
    return [{ code: 'never-finished', severity: 'error', cell: name, whenOffered, because }];
  }
  return cell.errors > 0 ? [{ code: 'errors', severity: 'warning', cell: name, handshakes, because: errorsBy }] : [];
};

/**
 * A run that ended as planned owes every cell something; one that was stopped by failures owes it
 * to the cells that it began.
 */
const isUnmeasured = (run: RunRecord, cell: CellSummary): boolean => {
  const blocks = blocksOf(run, cell);
  const isOwed = run.status === 'complete' || (run.status === 'stopped' && blocks.length > 0);
  const isEmpty = blocks.every(({ valid, invalidReason }) => valid || invalidReason === INVALID.nothingFinished);
  return isOwed && cell.status === 'empty' && isEmpty;
};

const blocksOf = (run: RunRecord, cell: CellSummary): readonly BlockRecord[] =>
  run.blocks.filter((block) => block.cell === cell.id);

const conflictNotices = (run: RunRecord, cell: CellSummary): Notice[] => {
  const handshakes = blocksOf(run, cell).reduce(
    (sum, block) => sum + block.primed.conflicts + (block.declined['evidence-conflict'] ?? 0),
    0,
  );
  return handshakes > 0 ? [{ code: 'evidence-conflict', severity: 'error', cell: cellLabel(cell), handshakes }] : [];
};

const invalidNotices = (run: RunRecord, cell: CellSummary): Notice[] => {
  const blocks = blocksOf(run, cell);
  const invalid = blocks.filter((block) => !block.valid && block.invalidReason !== OTHER_RATE);
  if (invalid.length === 0) return [];
  const because = sumCounts(invalid.map((block) => ({ [block.invalidReason]: 1 })));
  return [
    { code: 'invalid-blocks', severity: 'warning', cell: cellLabel(cell), blocks: invalid.length, of: blocks.length, because },
  ];
};

const residualNotices = (summary: RunSummary, cell: CellSummary): Notice[] => {
  const residual = cell.littlesLawResidual;
  if (residual === undefined || Math.abs(residual) <= MOST_RESIDUAL) return [];
  const hints = generatorHints(summary, blocksOf(summary.run, cell));
  return [{ code: 'littles-law', severity: 'warning', cell: cellLabel(cell), residual, hints }];
};

/** CPU depends on what a suite costs: cells of unlike suites in one protocol are not comparable. */
const suiteNotices = (cells: readonly CellSummary[]): Notice[] =>
  [...new Set(cells.map((cell) => cell.protocol))].flatMap((protocol): Notice[] => {
    const measured = cells.filter((cell) => cell.protocol === protocol && cell.honoured > 0);
    const suites = [...new Set(measured.flatMap(({ cipher }) => (cipher === undefined ? [] : [costOf(cipher)])))];
    return suites.length > 1 ? [{ code: 'mixed-suites', severity: 'warning', protocol: protocolLabel(protocol), suites }] : [];
  });

/** A suite of TLS 1.2 without its signature: another key type is another certificate, which the report tells apart already. */
const costOf = (cipher: string): string => cipher.replace(/^((?:EC)?DHE)-(?:RSA|ECDSA|DSS)-/u, '$1-');

const stateNotices = (run: RunRecord): Notice[] =>
  run.states.flatMap((state): Notice[] => [
    ...serverNotices(run, state),
    ...accountNotices(run, state),
    ...(state.verified ? [] : [{ code: 'not-verified', severity: 'info', state: state.label } as const]),
  ]);
