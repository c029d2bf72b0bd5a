import { accountVerdict, unsettledOf, type ReadAccount } from '../../analysis/server-account.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { AccountRecord, StateRecord } from '../../domain/state-record.ts';
import { counted, grouped } from './units.ts';

/** A line per state whose server was asked what it counted itself. */
export const accountLines = (run: RunRecord): string[] =>
  run.states.flatMap((state) =>
    state.account === undefined ? [] : [`${state.label}: ${lineOf(state, state.account, unsettledOf(run, state.label))}`],
  );

const lineOf = ({ target }: StateRecord, account: AccountRecord, unsettled: number): string =>
  account.state === 'absent'
    ? `${target} gives no account: ${account.reason}`
    : `${target} counted ${countsText(account.server)} handshakes: ${verdictText(account, unsettled)}`;

/** `12,003 full and 37,998 resumed`. */
export const countsText = ({ full, resumed }: ReadAccount['server']): string =>
  `${grouped(full)} full and ${grouped(resumed)} resumed`;

const verdictText = (account: ReadAccount, unsettled: number): string => {
  switch (accountVerdict(account, unsettled)) {
    case 'agrees':
      return 'agrees';
    case 'explained':
      return `this run counted ${countsText(account.ours)}, and ${reasonText(account, unsettled)}`;
    case 'differs':
      return `differs, this run counted ${countsText(account.ours)}`;
  }
};

const reasonText = ({ failed }: ReadAccount, unsettled: number): string => {
  if (failed > 0) return `${counted(failed, 'connection')} that failed`;
  return Number.isFinite(unsettled) ? 'its events ended the server with others in flight' : 'was cut off with others in flight';
};
