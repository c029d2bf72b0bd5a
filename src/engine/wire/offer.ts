import { RECORD_HEAD_BYTES } from '../../tls/numbers.ts';
import type { Attempt } from '../engine.ts';
import { writeClientHello } from './client-hello.ts';
import { AT, type Connection } from './connection.ts';
import { fault } from './fault.ts';
import { hashHello, hashHelloPart } from './message.ts';
import { WireSession } from './session.ts';
import type { Tools } from './tools.ts';

/** Randoms of a hello: the client's own, and a session ID made up. */
const RANDOM_BYTES = 32;

/** Chooses what is offered, and puts the first ClientHello into the flight. */
export const sendFirstHello = (tools: Tools, connection: Connection, attempt: Attempt): void => {
  const { client } = connection;
  tools.primitives.entropy.fill(connection.memory, AT.clientRandom, RANDOM_BYTES);
  connection.offered = offerable(connection, attempt);
  if (client.isTls13) {
    connection.takeKeyPair(0);
    connection.earlyData = client.settings.mode === 'early-data' && (connection.offered?.maxEarlyData ?? 0) > 0 ? 'sent' : 'none';
  }
  putSessionId(tools, connection);
  keepSecret(connection);
  sendHello(tools, connection, 0, undefined);
};

/** Writes and sends a hello with a key share of the group at an index. */
export const sendHello = (tools: Tools, connection: Connection, groupIndex: number, cookie: Uint8Array | undefined): void => {
  const { client, offered } = connection;
  const isFirst = !connection.hasRetried;
  const template = isFirst ? client.template : client.templateOf(groupIndex, cookie);
  const psk =
    offered === undefined || !client.isTls13
      ? undefined
      : {
          identity: offered.ticket,
          age: offered.obfuscatedAge(tools.clockNs()),
          binderBytes: tools.primitives.hashes[offered.suite.hash].digestBytes,
        };
  const ticket = client.isTls13 || client.settings.mode === 'session-id' ? undefined : (offered?.ticket ?? NO_TICKET);
  const bindersAt = writeClientHello(connection, { template, ticket, psk, early: isFirst && connection.earlyData === 'sent' });
  if (connection.helloBytes > connection.hello.bytes.length) throw fault('internal_error');
  if (psk !== undefined && offered !== undefined) bind(tools, connection, offered, bindersAt);
  else if (connection.transcript.isBegun) hashHelloPart(connection, RECORD_HEAD_BYTES, connection.helloBytes);
  // The server will mostly choose the session's suite: among a thousand connections the hello is no longer in the caches when it answers.
  else if (offered !== undefined) hashHello(connection, offered.suite);
  tools.flight.put(connection.hello.bytes, connection.helloBytes);
};

/** What is offered of a session: nothing when it is of another version, or when this engine cannot read it. */
const offerable = ({ client }: Connection, { session }: Attempt): WireSession | undefined => {
  const offered = session === undefined ? undefined : WireSession.from(session);
  if (offered?.protocol !== client.settings.protocol) return undefined;
  return offered.ticket.length === 0 && offered.sessionId.length === 0 ? undefined : offered;
};

/** In TLS 1.3 made up for middleboxes; in TLS 1.2 the session's, or one made up whose echo tells that a ticket was taken. */
const putSessionId = ({ primitives }: Tools, connection: Connection): void => {
  const { client, offered } = connection;
  if (!client.isTls13 && offered === undefined) return;
  if (client.isTls13 || (offered?.ticket.length ?? 0) > 0) {
    primitives.entropy.fill(connection.memory, AT.sessionId, RANDOM_BYTES);
    connection.sessionIdBytes = RANDOM_BYTES;
  } else if (offered !== undefined) {
    connection.memory.bytes.set(offered.sessionId, AT.sessionId);
    connection.sessionIdBytes = offered.sessionId.length;
  }
};

const keepSecret = ({ client, memory, offered }: Connection): void => {
  if (offered !== undefined) memory.bytes.set(offered.secret, client.isTls13 ? AT.resumption : AT.master);
};

/** Begins the transcript with the session's hash function: the binder is made of the hello up to it. */
const bind = (tools: Tools, connection: Connection, { suite }: WireSession, bindersAt: number): void => {
  const { transcript, hello, helloBytes } = connection;
  const schedule = tools.schedules[suite.hash === 'sha384' ? 'sha384' : 'sha256'];
  if (!connection.hasRetried) {
    transcript.begin(suite.hash);
    schedule.early(connection);
  }
  hashHelloPart(connection, RECORD_HEAD_BYTES, bindersAt);
  const digest = connection.address(AT.digest);
  transcript.digest(digest);
  const { digestBytes } = schedule.hash;
  schedule.binder(connection, digest, hello.address + helloBytes - digestBytes);
  hashHelloPart(connection, bindersAt, helloBytes);
};

const NO_TICKET = new Uint8Array();
