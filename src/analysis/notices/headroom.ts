import { cellLabel } from '../../domain/cell.ts';
import type { Notice } from '../../domain/notice.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { CONNECTION_LIMITED_SHARE } from '../summary/saturation.ts';
import type { LoadOfRun } from '../settings-of-run.ts';
import type { RunSummary } from '../summary/run-summary.ts';
import { generatorThrottleNotices } from './server-notices.ts';
import type { CellSummary } from '../summary/cell-summary.ts';

/** Above this share of a limit the next larger load meets it. */
const TIGHT_SHARE = 0.8;

/** Above this share of its CPU time a machine is not the one that it says it is. */
const MOST_STOLEN = 0.02;

/** Limits that a load came near to, and what the host of a virtual machine took away. */
export const headroomNotices = ({ run, settings, cells }: RunSummary): Notice[] => [
  ...cells.flatMap((cell) => connectionLimitNotices(settings.load, cell)),
  ...limitNotices(run),
  ...stealNotices(run),
  ...generatorThrottleNotices(run),
];

const connectionLimitNotices = (load: LoadOfRun, cell: CellSummary): Notice[] => {
  const { schedule } = cell;
  if (schedule === undefined || schedule.connectionLimited <= CONNECTION_LIMITED_SHARE * schedule.due) return [];
  const { connectionLimited, due } = schedule;
  return [
    {
      code: 'connection-limited',
      severity: 'warning',
      cell: cellLabel(cell),
      connectionLimited,
      due,
      concurrency: load.concurrency ?? 0,
    },
  ];
};

/** The block that came nearest to each limit tells. */
const limitNotices = ({ blocks }: RunRecord): Notice[] => {
  const hosts = blocks.flatMap((block) => block.hosts);
  const worst = (
    what: 'files' | 'ports',
    uses: readonly { readonly used: number; readonly limit: number | null }[],
  ): Notice[] => {
    const tight = uses.flatMap(({ used, limit }) => (limit !== null && used > TIGHT_SHARE * limit ? [{ used, limit }] : []));
    const [first] = tight.toSorted((a, b) => b.used / b.limit - a.used / a.limit);
    return first === undefined ? [] : [{ code: 'headroom', severity: 'warning', what, ...first }];
  };
  return [
    ...worst(
      'files',
      hosts.map(({ mostInFlight, fileLimit }) => ({ used: mostInFlight, limit: fileLimit })),
    ),
    ...worst(
      'ports',
      hosts.map(({ mostInFlight, timeWait, portLimit }) => ({ used: mostInFlight + (timeWait ?? 0), limit: portLimit })),
    ),
  ];
};

const stealNotices = ({ blocks }: RunRecord): Notice[] => {
  const stolen = Math.max(0, ...blocks.flatMap(({ hosts }) => hosts).map(({ machine }) => machine?.stealShare ?? 0));
  return stolen > MOST_STOLEN ? [{ code: 'cpu-stolen', severity: 'warning', share: stolen }] : [];
};
