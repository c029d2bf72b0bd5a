import type { Failure } from '../../src/domain/failure.ts';
import type { HandshakeResult } from '../../src/engine/perform.ts';
import type { Account } from './server-side.ts';

/**
 * Returns what the client says and the server's own account denies, `undefined` when they agree.
 */
export const lieIn = ({ failure, evidence }: HandshakeResult, account: Account | undefined): string | undefined => {
  if (account === undefined) return 'the server knows of no connection';
  if (failure !== undefined)
    return isTrue(failure, account) ? undefined : `${failure.kind} (${failure.detail}): ${JSON.stringify(account)}`;
  if (!account.isFinished) return 'finished, but the server has no right Finished';
  return evidence.resumed === account.isResumed ? undefined : `resumed ${String(evidence.resumed)}, by the server's word not`;
};

const isTrue = ({ kind, detail }: Failure, { end, alerts, hasLied, isFinished, isImpostor }: Account): boolean => {
  switch (kind) {
    case 'reset':
      return end === 'reset';
    case 'closed':
      return end === 'fin' && !isFinished;
    case 'unconfirmed':
      return isFinished && end === (detail === 'reset' ? 'reset' : 'fin');
    case 'alert':
      return alerts.includes(detail);
    case 'handshake-timeout':
      return end !== 'reset';
    case 'certificate':
      return isImpostor;
    case 'tls':
      return hasLied || alerts.length > 1;
    case 'refused':
    case 'unreachable':
    case 'connect-timeout':
    case 'local':
    case 'starttls':
      return false;
  }
};
