import { MESSAGE_HEAD_BYTES, RECORD_HEAD_BYTES } from '../../tls/numbers.ts';
import { AT, type HandshakeState } from './handshake-state.ts';
import { isSame } from './copy.ts';
import { fault } from './fault.ts';
import type { Suite } from './suites.ts';
import type { WireContext } from './wire-context.ts';

/** @throws Fault when another message came than the one that is due. */
export const expectType = (type: number, expected: number): void => {
  if (type !== expected) throw fault('unexpected_message');
};

/** Hashes the whole message that the reader is over; its body began at a place. */
export const hashMessage = ({ reader }: WireContext, { transcript }: HandshakeState, start: number): void => {
  const from = start - MESSAGE_HEAD_BYTES;
  transcript.update(reader.address(from), reader.end - from);
};

/** Our hello is hashed when the hash function is known, unless it was when the hello was written. */
export const hashHello = (state: HandshakeState, { hash }: Suite): void => {
  const { transcript, helloBytes, offered, hasRetried } = state;
  if (hasRetried || (transcript.isBegun && offered?.suite.hash === hash)) return;
  transcript.begin(hash);
  hashHelloPart(state, RECORD_HEAD_BYTES, helloBytes);
};

/** Hashes our hello from one place of its record to another. */
export const hashHelloPart = ({ transcript, hello }: HandshakeState, from: number, to: number): void => {
  transcript.update(hello.address + from, to - from);
};

/** The suite that the server has chosen. */
export const chosenSuite = ({ suite }: HandshakeState): Suite => {
  if (suite === undefined) throw fault('internal_error');
  return suite;
};

/** Returns true when the server sent back the session ID of our hello. */
export const isSessionIdEcho = ({ reader, serverHello }: WireContext, { memory, sessionIdBytes }: HandshakeState): boolean => {
  const { at, length } = serverHello.sessionId;
  return length === sessionIdBytes && isSame(memory.bytes, AT.sessionId, reader.bytes, at, length);
};
