import {
  ALPN,
  CERTIFICATE,
  CERTIFICATE_REQUEST,
  CERTIFICATE_VERIFY,
  EARLY_DATA,
  ENCRYPTED_EXTENSIONS,
  END_OF_EARLY_DATA,
  FINISHED,
  NEW_SESSION_TICKET,
  SERVER_HELLO,
  SERVER_NAME,
  SUPPORTED_GROUPS,
} from '../../tls/numbers.ts';
import { readSignature } from './certificate-verify.ts';
import { AT, type Connection, type Expected } from './connection.ts';
import { copyOf, isSame } from './copy.ts';
import { fault } from './fault.ts';
import { protect13, protectLast13, scheduleOf, sendDecoy } from './keys13.ts';
import { chosenSuite, expectType, hashMessage } from './message.ts';
import { takeServerHello13 } from './server-hello13.ts';
import { readProtocol, type Part } from './server-hello.ts';
import type { Suite } from './suites.ts';
import type { NewTicket } from './ticket.ts';
import type { Tools } from './tools.ts';

/** Takes the message that the reader is over. @returns whether the keys that are read with have changed. */
type Step = (tools: Tools, connection: Connection, type: number) => boolean;

/** The client's side of TLS 1.3 (RFC 8446): which message is taken when. */
const STEPS: Readonly<Partial<Record<Expected, Step>>> = {
  'server-hello': (tools, connection, type) => {
    expectType(type, SERVER_HELLO);
    return takeServerHello13(tools, connection);
  },
  'encrypted-extensions': (tools, connection, type) => {
    expectType(type, ENCRYPTED_EXTENSIONS);
    takeExtensions(tools, connection);
    return false;
  },
  'certificate-or-request': (tools, connection, type) => {
    if (type === CERTIFICATE_REQUEST) takeCertificateRequest(tools, connection);
    else takeCertificate(tools, connection, type);
    return false;
  },
  certificate: (tools, connection, type) => {
    takeCertificate(tools, connection, type);
    return false;
  },
  'certificate-verify': (tools, connection, type) => {
    expectType(type, CERTIFICATE_VERIFY);
    takeCertificateVerify(tools, connection);
    return false;
  },
  finished: (tools, connection, type) => {
    expectType(type, FINISHED);
    takeFinished(tools, connection);
    return true;
  },
};

/** Takes the next message of a TLS 1.3 handshake. @returns whether the keys that are read with have changed. */
export const take13: Step = (tools, connection, type) => {
  const step = STEPS[connection.expects];
  if (step === undefined) throw fault('unexpected_message');
  return step(tools, connection, type);
};

/** Takes a message behind the handshake. Only tickets matter to a client that says nothing more. */
export const takeLater13 = ({ reader }: Tools, type: number, ticket: NewTicket): void => {
  if (type === NEW_SESSION_TICKET) ticket.read13(reader);
};

/** Sends a request along with the first hello. */
export const sendEarlyData = (tools: Tools, connection: Connection, request: string): void => {
  const { flight } = tools;
  const suite = connection.offered?.suite;
  if (suite === undefined) throw new RangeError('early data without a session');
  const digest = connection.address(AT.digest);
  connection.transcript.digest(digest);
  scheduleOf(tools, suite).earlyTraffic(connection, digest);
  sendDecoy(tools, connection);
  protect13(tools, connection, 'write', { suite, secret: AT.clientTraffic, finished: 0 });
  flight.text(connection.write, request);
};

/** Makes ready to send what is not part of the handshake, whatever has been agreed on so far. Keys that need not be are not made. */
export const armWrite13 = (tools: Tools, connection: Connection): void => {
  const { suite } = connection;
  if (suite === undefined || connection.read.aead === undefined) return;
  if (connection.expects === 'nothing') protectLast13(tools, connection, 'write');
  else protect13(tools, connection, 'write', { suite, secret: AT.clientTraffic, finished: 0 });
};

/** The pre-shared key of the newest ticket. */
export const resumptionSecret = (tools: Tools, connection: Connection, ticket: NewTicket): Uint8Array => {
  const schedule = scheduleOf(tools, chosenSuite(connection));
  const digest = connection.address(AT.digest);
  connection.transcript.digest(digest);
  schedule.resumption(connection, digest, ticket.nonce, connection.address(AT.verifyData));
  return copyOf(connection.memory.bytes, AT.verifyData, schedule.hash.digestBytes);
};

const takeExtensions = (tools: Tools, connection: Connection): void => {
  const { reader } = tools;
  const start = reader.at;
  const message = reader.enter(reader.u16());
  while (reader.left > 0) {
    const type = reader.u16();
    const extensions = reader.enter(reader.u16());
    takeExtension(tools, connection, type);
    reader.leave(extensions);
  }
  reader.leave(message);
  reader.finish();
  if (connection.earlyData === 'accepted' && !connection.isResumed) throw fault('illegal_parameter');
  if (connection.earlyData === 'sent') connection.earlyData = 'rejected';
  hashMessage(tools, connection, start);
  connection.expects = connection.isResumed ? 'finished' : 'certificate-or-request';
};

/** Only what was asked may be answered (RFC 8446, section 4.2). */
const takeExtension = ({ reader }: Tools, connection: Connection, type: number): void => {
  const { client } = connection;
  if (type === ALPN && client.settings.alpn.length > 0) {
    readProtocol(reader, alpnPart);
    connection.alpn = client.alpnOf(reader.bytes, alpnPart);
  } else if (type === EARLY_DATA && connection.earlyData === 'sent') connection.earlyData = 'accepted';
  else if (type === SUPPORTED_GROUPS || (type === SERVER_NAME && client.sendsServerName)) reader.skip(reader.left);
  else throw fault('unsupported_extension');
};

const alpnPart: Part = { at: 0, length: 0 };

const takeCertificateRequest = (tools: Tools, connection: Connection): void => {
  const { reader } = tools;
  const start = reader.at;
  // Its context is for requests behind the handshake.
  if (reader.u8() !== 0) throw fault('illegal_parameter');
  reader.skip(reader.u16());
  reader.finish();
  hashMessage(tools, connection, start);
  connection.isAskedForCertificate = true;
  connection.expects = 'certificate';
};

const takeCertificate = (tools: Tools, connection: Connection, type: number): void => {
  expectType(type, CERTIFICATE);
  const { reader } = tools;
  const start = reader.at;
  connection.takeChain(connection.client.chains.read(reader, true));
  hashMessage(tools, connection, start);
  connection.expects = 'certificate-verify';
};

/** The server signs the transcript behind a fixed text (RFC 8446, section 4.4.3). */
const takeCertificateVerify = (tools: Tools, connection: Connection): void => {
  const { reader, scratch } = tools;
  const start = reader.at;
  const { digestBytes } = scheduleOf(tools, chosenSuite(connection)).hash;
  scratch.bytes.set(SIGNED_HEAD);
  connection.transcript.digest(scratch.address + SIGNED_HEAD.length);
  readSignature(connection, reader, { address: scratch.address, length: SIGNED_HEAD.length + digestBytes });
  hashMessage(tools, connection, start);
  connection.expects = 'finished';
};

const SIGNED_HEAD = Buffer.concat([Buffer.alloc(64, 0x20), Buffer.from('TLS 1.3, server CertificateVerify\0', 'latin1')]);

const takeFinished = (tools: Tools, connection: Connection): void => {
  const { reader } = tools;
  const start = reader.at;
  const suite = chosenSuite(connection);
  const schedule = scheduleOf(tools, suite);
  const digest = connection.address(AT.digest);
  const { digestBytes } = schedule.hash;
  connection.transcript.digest(digest);
  schedule.verifyData(connection.address(AT.serverFinished), digest, connection.address(AT.verifyData));
  const givenAt = reader.skip(digestBytes);
  reader.finish();
  if (!isSame(reader.bytes, givenAt, connection.memory.bytes, AT.verifyData, digestBytes)) throw fault('bad_finished');
  hashMessage(tools, connection, start);
  connection.transcript.digest(connection.address(AT.finishedDigest));
  answer(tools, connection, suite);
  connection.expects = 'nothing';
};

/** Our last flight: the end of early data, no certificate where one is asked for, and Finished. */
const answer = (tools: Tools, connection: Connection, suite: Suite): void => {
  const { flight } = tools;
  const { write, transcript } = connection;
  sendDecoy(tools, connection);
  if (connection.earlyData === 'accepted') flight.message(write, transcript, END_OF_EARLY_DATA, 0);
  protect13(tools, connection, 'write', { suite, secret: AT.clientTraffic, finished: AT.clientFinished });
  if (connection.isAskedForCertificate) {
    // No context and no certificates.
    flight.memory.bytes.fill(0, flight.bodyAt(write), flight.bodyAt(write) + 4);
    flight.message(write, transcript, CERTIFICATE, 4);
  }
  const digest = connection.address(AT.digest);
  transcript.digest(digest);
  const schedule = scheduleOf(tools, suite);
  schedule.verifyData(connection.address(AT.clientFinished), digest, flight.memory.address + flight.bodyAt(write));
  flight.message(write, transcript, FINISHED, schedule.hash.digestBytes);
};
