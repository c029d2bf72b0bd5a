import { accountVerdict, type ReadAccount } from '../../analysis/server-account.ts';
import type { RunRecord, RunStatus } from '../../domain/run-record.ts';
import type { AccountRecord, StateRecord } from '../../domain/state-record.ts';
import { counted, grouped } from './units.ts';

/** A line per state whose server was asked what it counted itself. */
export const accountLines = ({ states, status }: RunRecord): string[] =>
  states.flatMap((state) => (state.account === undefined ? [] : [`${state.label}: ${lineOf(state, state.account, status)}`]));

const lineOf = ({ target }: StateRecord, account: AccountRecord, status: RunStatus): string =>
  account.state === 'absent'
    ? `${target} gives no account: ${account.reason}`
    : `${target} counted ${countsText(account.server)} handshakes: ${verdictText(account, status)}`;

/** `12,003 full and 37,998 resumed`. */
export const countsText = ({ full, resumed }: ReadAccount['server']): string =>
  `${grouped(full)} full and ${grouped(resumed)} resumed`;

const verdictText = (account: ReadAccount, status: RunStatus): string => {
  switch (accountVerdict(account, status)) {
    case 'agrees':
      return 'agrees';
    case 'explained':
      return `this run counted ${countsText(account.ours)}, and ${account.failed > 0 ? `${counted(account.failed, 'connection')} that failed` : 'was cut off with others in flight'}`;
    case 'differs':
      return `differs, this run counted ${countsText(account.ours)}`;
  }
};
