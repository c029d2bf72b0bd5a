import { NOT_OFFERED, refusal, type Question, type Talk } from './talk.ts';

/** A name that belongs to nobody (RFC 2606): some servers look up the one that a client says. */
const OWN_NAME = 'resumark.invalid';

/** SMTP (RFC 3207, section 4). */
export function* smtp(): Talk {
  const greeting = lastLine(yield listen(codedReply));
  if (!greeting.startsWith('220')) return refusal(greeting);
  const features = (yield ask(`EHLO ${OWN_NAME}`, codedReply)).toString('latin1');
  if (!features.startsWith('250')) return refusal(features);
  if (!/^250[- ]STARTTLS\s*$/imu.test(features)) return NOT_OFFERED;
  return agreement(yield ask('STARTTLS', codedReply), /^220/u);
}

/** FTP (RFC 4217, section 4). */
export function* ftp(): Talk {
  const greeting = lastLine(yield listen(codedReply));
  if (!greeting.startsWith('220')) return refusal(greeting);
  return agreement(yield ask('AUTH TLS', codedReply), /^234/u);
}

/** POP3 (RFC 2595, section 4). */
export function* pop3(): Talk {
  const greeting = lastLine(yield listen(line));
  if (!greeting.startsWith('+OK')) return refusal(greeting);
  return agreement(yield ask('STLS', line), /^\+OK/u);
}

/** IMAP (RFC 9051, section 6.2.1). */
export function* imap(): Talk {
  const greeting = lastLine(yield listen(line));
  // A connection that is authenticated already (PREAUTH) cannot begin TLS.
  if (!/^\* OK/iu.test(greeting)) return refusal(greeting);
  const capabilities = (yield ask('a1 CAPABILITY', taggedReply('a1'))).toString('latin1');
  if (!/^\* CAPABILITY(?: .*)? STARTTLS(?: |\r?$)/imu.test(capabilities)) return NOT_OFFERED;
  return agreement(yield ask('a2 STARTTLS', taggedReply('a2')), /^a2 OK/iu);
}

const listen = (answerEnd: Question['answerEnd']): Question => ({ send: '', answerEnd });

const ask = (command: string, answerEnd: Question['answerEnd']): Question => ({ send: `${command}\r\n`, answerEnd });

/** Returns the reason of a refusal, `undefined` where the last line of an answer is the one that agrees. */
const agreement = (answer: Buffer, agrees: RegExp): string | undefined =>
  agrees.test(lastLine(answer)) ? undefined : refusal(lastLine(answer));

const lastLine = (answer: Buffer): string => answer.toString('latin1').trimEnd().split('\n').at(-1) ?? '';

/** A single line. */
const line: Question['answerEnd'] = (received) => endOf(received, /^[^\n]*\n/u);

/** Lines up to one with the code of the first and no hyphen after it (RFC 5321, section 4.2.1; RFC 959, section 4.2). */
const codedReply: Question['answerEnd'] = (received) => {
  const [, code] = /^(\d{3})-/u.exec(received.toString('latin1')) ?? [];
  // A first line without a hyphen is the whole reply, and so is one without a code.
  return code === undefined ? line(received) : endOf(received, new RegExp(`^(?:[^\\n]*\\n)*?${code}(?!-)[^\\n]*\\n`, 'u'));
};

/** Lines up to the one with the tag of the command (RFC 9051, section 7). */
const taggedReply =
  (tag: string): Question['answerEnd'] =>
  (received) =>
    endOf(received, new RegExp(`^(?:[^\\n]*\\n)*?${tag} [^\\n]*\\n`, 'u'));

const endOf = (received: Buffer, whole: RegExp): number | undefined => whole.exec(received.toString('latin1'))?.[0].length;
