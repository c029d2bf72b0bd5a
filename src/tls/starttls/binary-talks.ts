import { element, ENUMERATED, integerElement, readElement, readElements, SEQUENCE } from '../der.ts';
import { refusal, type Question, type Talk } from './talk.ts';

/** PostgreSQL's SSLRequest: its length, and a number in the place of a version (protocol 3.0, section "SSL Session Encryption"). */
const SSL_REQUEST = Buffer.from('0000000804d2162f', 'hex');

/** PostgreSQL: one byte answers, or an error where the server is too old or too busy for more. */
export function* postgres(): Talk {
  const answer = yield { send: SSL_REQUEST, answerEnd: postgresEnd };
  const [kind = ''] = answer.toString('latin1');
  if (kind === 'S') return undefined;
  return refusal(kind === 'E' ? answer.subarray(POSTGRES_HEAD_BYTES).toString('latin1') : kind);
}

const POSTGRES_HEAD_BYTES = 5;

const postgresEnd: Question['answerEnd'] = (received) => {
  if (received.length === 0) return undefined;
  if (received.subarray(0, 1).toString('latin1') !== 'E') return 1;
  if (received.length < POSTGRES_HEAD_BYTES) return undefined;
  const end = 1 + received.readUInt32BE(1);
  return received.length < end ? undefined : end;
};

const START_TLS_OID = '1.3.6.1.4.1.1466.20037';

/** Tags of LDAP (RFC 4511, appendix B). */
const EXTENDED_REQUEST = 0x77;
const EXTENDED_RESPONSE = 0x78;
const REQUEST_NAME = 0x80;

/** LDAP: an extended request (RFC 4511, section 4.14.1). */
export function* ldap(): Talk {
  const answer = yield { send: startTlsRequest(), answerEnd: elementEnd };
  const { code, text } = extendedResult(answer);
  return code === 0 ? undefined : refusal([code ?? '', text].join(' '));
}

const startTlsRequest = (): Buffer =>
  element(SEQUENCE, integerElement(1), element(EXTENDED_REQUEST, element(REQUEST_NAME, Buffer.from(START_TLS_OID))));

/** The result code of a response, and the words of the server; no code where it is no such response. */
const extendedResult = (answer: Buffer): { readonly code: number | undefined; readonly text: string } => {
  try {
    const response = readElements(answer, readElement(answer, 0, answer.length)).find(({ tag }) => tag === EXTENDED_RESPONSE);
    const [code, , text] = response === undefined ? [] : readElements(answer, response);
    return {
      code: code?.tag === ENUMERATED ? answer[code.start] : undefined,
      text: text === undefined ? '' : answer.toString('latin1', text.start, text.end),
    };
  } catch (error) {
    if (error instanceof RangeError) return { code: undefined, text: '' };
    throw error;
  }
};

/** The end of a DER element whose length is at its head. What begins as none is an answer of one byte, and no agreement. */
const elementEnd: Question['answerEnd'] = (received) => {
  const [tag, first = 0] = received;
  if (tag === undefined) return undefined;
  if (tag !== SEQUENCE) return 1;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const head = 2 + lengthBytes;
  if (received.length < head) return undefined;
  const length = lengthBytes === 0 ? first : received.readUIntBE(2, Math.min(lengthBytes, 4));
  return received.length < head + length ? undefined : head + length;
};
