import { EXTENDED_MASTER_SECRET, EARLY_DATA, KEY_SHARE, PRE_SHARED_KEY, SESSION_TICKET } from '../../src/tls/numbers.ts';
import { Cursor } from './bytes.ts';

/** What the test server needs to know of a ClientHello. */
export interface ClientHello {
  /** The whole message. */
  readonly message: Buffer;
  readonly random: Buffer;
  readonly sessionId: Buffer;
  readonly suites: readonly number[];
  readonly extensions: ReadonlyMap<number, Buffer>;
  /** Public keys by group. */
  readonly shares: ReadonlyMap<number, Buffer>;
  readonly identity: Buffer | undefined;
  readonly binder: Buffer | undefined;
  readonly ticket: Buffer | undefined;
  readonly hasExtendedMasterSecret: boolean;
  readonly hasEarlyData: boolean;
}

/** @throws RangeError when it is none. */
export const readClientHello = (message: Buffer): ClientHello => {
  const cursor = new Cursor(message.subarray(4));
  cursor.take(2);
  const random = cursor.take(32);
  const sessionId = cursor.vector(1);
  const suites = numbers(cursor.vector(2));
  cursor.vector(1);
  const extensions = readExtensions(cursor.isAtEnd ? Buffer.alloc(0) : cursor.vector(2));
  const psk = extensions.get(PRE_SHARED_KEY);
  return {
    message,
    random,
    sessionId,
    suites,
    extensions,
    shares: readShares(extensions.get(KEY_SHARE)),
    ...readPsk(psk),
    ticket: extensions.get(SESSION_TICKET),
    hasExtendedMasterSecret: extensions.has(EXTENDED_MASTER_SECRET),
    hasEarlyData: extensions.has(EARLY_DATA),
  };
};

/** The hello up to its binders, which are made of it (RFC 8446, section 4.2.11.2). */
export const withoutBinders = ({ message, binder }: ClientHello): Buffer =>
  message.subarray(0, message.length - (binder?.length ?? 0) - 3);

const numbers = (bytes: Buffer): number[] => Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16BE(2 * i));

const readExtensions = (bytes: Buffer): Map<number, Buffer> => {
  const found = new Map<number, Buffer>();
  for (const cursor = new Cursor(bytes); !cursor.isAtEnd;) found.set(cursor.number(2), cursor.vector(2));
  return found;
};

const readShares = (bytes: Buffer | undefined): Map<number, Buffer> => {
  const found = new Map<number, Buffer>();
  if (bytes === undefined) return found;
  for (const cursor = new Cursor(new Cursor(bytes).vector(2)); !cursor.isAtEnd;) found.set(cursor.number(2), cursor.vector(2));
  return found;
};

/** The first identity alone: no client of ours offers more. */
const readPsk = (bytes: Buffer | undefined): Pick<ClientHello, 'identity' | 'binder'> => {
  if (bytes === undefined) return { identity: undefined, binder: undefined };
  const cursor = new Cursor(bytes);
  const identity = new Cursor(cursor.vector(2)).vector(2);
  return { identity, binder: new Cursor(cursor.vector(2)).vector(1) };
};
