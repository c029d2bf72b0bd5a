import { FAILURE_TEXT, type FailureKind } from '../../domain/failure.ts';

/** A failure in words, from the name under which it is counted: `the server sent an alert (handshake_failure)`. */
export const failureText = (key: string): string => {
  const [kind = '', ...detail] = key.split(':');
  const text = Object.hasOwn(FAILURE_TEXT, kind) ? FAILURE_TEXT[kind as FailureKind] : kind;
  return detail.length === 0 ? text : `${text} (${detail.join(':')})`;
};
