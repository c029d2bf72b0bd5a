import type { Failure, FailureKind } from '../domain/failure.ts';

/** System errors by their names; what is not listed is a fault of this machine. */
const KINDS: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'connect-timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'local',
  EAFNOSUPPORT: 'local',
  EACCES: 'local',
  EMFILE: 'local',
  ENFILE: 'local',
  ENOBUFS: 'local',
};

/** Types a system error by its name, `undefined` when it is none of a socket's. */
export const systemFailure = (name: string): Failure | undefined => {
  const kind = KINDS[name];
  return kind === undefined ? undefined : { kind, detail: kind === 'local' ? name : '' };
};
