import { RECORD_HEAD_BYTES } from '../../tls/numbers.ts';
import type { Attempt } from '../engine.ts';
import { writeClientHello } from './client-hello.ts';
import { AT, type HandshakeState } from './handshake-state.ts';
import { fault } from './fault.ts';
import { hashHello, hashHelloPart } from './message.ts';
import { MOST_TEXT_BYTES } from './record.ts';
import { WireSession } from './session.ts';
import type { WireContext } from './wire-context.ts';

/** Randoms of a hello: the client's own, and a session ID made up. */
const RANDOM_BYTES = 32;

/** Chooses what is offered, and puts the first ClientHello into the flight. */
export const sendFirstHello = (context: WireContext, state: HandshakeState, attempt: Attempt): void => {
  const { client } = state;
  context.primitives.entropy.fill(state.memory, AT.clientRandom, RANDOM_BYTES);
  state.offered = offerable(state, attempt);
  if (client.isTls13) {
    state.takeKeyPair(0);
    state.earlyData = client.settings.mode === 'early-data' && (state.offered?.maxEarlyData ?? 0) > 0 ? 'sent' : 'none';
  }
  putSessionId(context, state);
  keepSecret(state);
  sendHello(context, state, 0, undefined);
};

/** Writes and sends a hello with a key share of the group at an index. */
export const sendHello = (
  context: WireContext,
  state: HandshakeState,
  groupIndex: number,
  cookie: Uint8Array | undefined,
): void => {
  const { client, offered } = state;
  const isFirst = !state.hasRetried;
  const template = isFirst ? client.template : client.templateOf(groupIndex, cookie);
  const psk =
    offered === undefined || !client.isTls13
      ? undefined
      : {
          identity: offered.ticket,
          age: offered.obfuscatedAge(context.clockNs()),
          binderBytes: context.primitives.hashes[offered.suite.hash].digestBytes,
        };
  const ticket = client.isTls13 || client.settings.mode === 'session-id' ? undefined : (offered?.ticket ?? NO_TICKET);
  const bindersAt = writeClientHello(state, { template, ticket, psk, early: isFirst && state.earlyData === 'sent' });
  // A cookie or a longer key share, asked for by a HelloRetryRequest, can leave too little room for a long ticket.
  if (state.helloBytes > RECORD_HEAD_BYTES + MOST_TEXT_BYTES) throw fault('hello_too_long');
  if (psk !== undefined && offered !== undefined) bind(context, state, offered, bindersAt);
  else if (state.transcript.isBegun) hashHelloPart(state, RECORD_HEAD_BYTES, state.helloBytes);
  // The server will mostly choose the session's suite: among a thousand connections the hello is no longer in the caches when it answers.
  else if (offered !== undefined) hashHello(state, offered.suite);
  context.flight.put(state.hello.bytes, state.helloBytes);
};

/** Returns the session to offer: none when it is of another version, or when this engine cannot read it. */
const offerable = ({ client }: HandshakeState, { session }: Attempt): WireSession | undefined => {
  const offered = session === undefined ? undefined : WireSession.from(session);
  if (offered?.protocol !== client.settings.protocol || offered.ticket.length > client.mostTicketBytes) return undefined;
  return offered.ticket.length === 0 && offered.sessionId.length === 0 ? undefined : offered;
};

/** Chooses the session ID: in TLS 1.3 made up for middleboxes; in TLS 1.2 the session's, or one made up whose echo shows that a ticket was taken. */
const putSessionId = ({ primitives }: WireContext, state: HandshakeState): void => {
  const { client, offered } = state;
  if (!client.isTls13 && offered === undefined) return;
  if (client.isTls13 || (offered?.ticket.length ?? 0) > 0) {
    primitives.entropy.fill(state.memory, AT.sessionId, RANDOM_BYTES);
    state.sessionIdBytes = RANDOM_BYTES;
  } else if (offered !== undefined) {
    state.memory.bytes.set(offered.sessionId, AT.sessionId);
    state.sessionIdBytes = offered.sessionId.length;
  }
};

const keepSecret = ({ client, memory, offered }: HandshakeState): void => {
  if (offered !== undefined) memory.bytes.set(offered.secret, client.isTls13 ? AT.resumption : AT.master);
};

/** Begins the transcript with the session's hash function: the binder is made of the hello up to it. */
const bind = (context: WireContext, state: HandshakeState, { suite }: WireSession, bindersAt: number): void => {
  const { transcript, hello, helloBytes } = state;
  const schedule = context.schedules[suite.hash === 'sha384' ? 'sha384' : 'sha256'];
  if (!state.hasRetried) {
    transcript.begin(suite.hash);
    schedule.early(state);
  }
  hashHelloPart(state, RECORD_HEAD_BYTES, bindersAt);
  const digest = state.address(AT.digest);
  transcript.digest(digest);
  const { digestBytes } = schedule.hash;
  schedule.binder(state, digest, hello.address + helloBytes - digestBytes);
  hashHelloPart(state, bindersAt, helloBytes);
};

const NO_TICKET = new Uint8Array();
