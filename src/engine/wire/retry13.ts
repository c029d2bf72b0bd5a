import { MESSAGE_HASH, MESSAGE_HEAD_BYTES } from '../../tls/numbers.ts';
import type { HandshakeState } from './handshake-state.ts';
import { copyOf } from './copy.ts';
import { fault } from './fault.ts';
import { scheduleOf, sendDecoy } from './keys13.ts';
import { hashMessage } from './message.ts';
import { sendHello } from './offer.ts';
import type { Suite } from './suites.ts';
import type { WireContext } from './wire-context.ts';

/** Answers a HelloRetryRequest by another hello, with the key share and the cookie that are asked for (RFC 8446, section 4.1.4). */
export const retry = (
  context: WireContext,
  state: HandshakeState,
  { suite, start }: { readonly suite: Suite; readonly start: number },
): void => {
  const { group } = context.serverHello;
  const index = groupIndex(context, state);
  const cookie = cookieOf(context);
  putMessageHash(context, state, suite);
  hashMessage(context, state, start);
  state.hasRetried = true;
  if (state.earlyData === 'sent') state.earlyData = 'rejected';
  // A pre-shared key goes with one hash function.
  if (state.offered?.suite.hash !== suite.hash) state.offered = undefined;
  state.write.unprotect();
  if (group >= 0) state.takeKeyPair(index);
  sendDecoy(context, state);
  sendHello(context, state, index, cookie);
};

/** Returns the index of the group that is asked for: it must have been offered, and must change something (RFC 8446, section 4.2.8). */
const groupIndex = ({ serverHello }: WireContext, { client, keyPair, hasRetried }: HandshakeState): number => {
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

const cookieOf = ({ reader, serverHello: { cookie } }: WireContext): Uint8Array | undefined => {
  if (cookie.length > MOST_COOKIE_BYTES) throw fault('message_too_long');
  return cookie.length === 0 ? undefined : copyOf(reader.bytes, cookie.at, cookie.length);
};

/** Leaves room for the longest ticket in the same record. Servers' cookies have some hundred bytes. */
const MOST_COOKIE_BYTES = 4096;

/** The first hello stands in the transcript as a hash of itself (RFC 8446, section 4.4.1). */
const putMessageHash = (context: WireContext, { transcript }: HandshakeState, suite: Suite): void => {
  const { scratch } = context;
  const { digestBytes } = scheduleOf(context, suite).hash;
  transcript.digest(scratch.address + MESSAGE_HEAD_BYTES);
  scratch.bytes.set([MESSAGE_HASH, 0, 0, digestBytes]);
  transcript.begin(suite.hash);
  transcript.update(scratch.address, MESSAGE_HEAD_BYTES + digestBytes);
};
