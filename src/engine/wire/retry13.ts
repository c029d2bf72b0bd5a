import { MESSAGE_HASH, MESSAGE_HEAD_BYTES } from '../../tls/numbers.ts';
import type { Connection } from './connection.ts';
import { copyOf } from './copy.ts';
import { fault } from './fault.ts';
import { scheduleOf, sendDecoy } from './keys13.ts';
import { hashMessage } from './message.ts';
import { sendHello } from './offer.ts';
import type { Suite } from './suites.ts';
import type { Tools } from './tools.ts';

/** FirstByteTally a HelloRetryRequest by another hello, with the key share and the cookie that are asked for (RFC 8446, section 4.1.4). */
export const retry = (
  tools: Tools,
  connection: Connection,
  { suite, start }: { readonly suite: Suite; readonly start: number },
): void => {
  const { group } = tools.serverHello;
  const index = groupIndex(tools, connection);
  const cookie = cookieOf(tools);
  putMessageHash(tools, connection, suite);
  hashMessage(tools, connection, start);
  connection.hasRetried = true;
  if (connection.earlyData === 'sent') connection.earlyData = 'rejected';
  // A pre-shared key goes with one hash function.
  if (connection.offered?.suite.hash !== suite.hash) connection.offered = undefined;
  connection.write.off();
  if (group >= 0) connection.takeKeyPair(index);
  sendDecoy(tools, connection);
  sendHello(tools, connection, index, cookie);
};

/** What is asked for must have been offered, and must change something (RFC 8446, section 4.2.8). */
const groupIndex = ({ serverHello }: Tools, { client, keyPair, hasRetried }: Connection): number => {
  const { group, cookie } = serverHello;
  if (hasRetried) throw fault('unexpected_message');
  if (group < 0) {
    if (cookie.length === 0) throw fault('illegal_parameter');
    return 0;
  }
  const index = client.groupIndex(group);
  if (index < 0 || group === keyPair?.group.id) throw fault('illegal_parameter');
  return index;
};

const cookieOf = ({ reader, serverHello: { cookie } }: Tools): Uint8Array | undefined => {
  if (cookie.length > MOST_COOKIE_BYTES) throw fault('message_too_long');
  return cookie.length === 0 ? undefined : copyOf(reader.bytes, cookie.at, cookie.length);
};

/** So that a hello with it and the longest ticket goes into one record. Servers' cookies have some hundred bytes. */
const MOST_COOKIE_BYTES = 4096;

/** The first hello stands in the transcript as a hash of itself (RFC 8446, section 4.4.1). */
const putMessageHash = (tools: Tools, { transcript }: Connection, suite: Suite): void => {
  const { scratch } = tools;
  const { digestBytes } = scheduleOf(tools, suite).hash;
  transcript.digest(scratch.address + MESSAGE_HEAD_BYTES);
  scratch.bytes.set([MESSAGE_HASH, 0, 0, digestBytes]);
  transcript.begin(suite.hash);
  transcript.update(scratch.address, MESSAGE_HEAD_BYTES + digestBytes);
};
