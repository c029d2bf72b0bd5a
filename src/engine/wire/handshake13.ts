import {
  ALPN,
  CERTIFICATE,
  CERTIFICATE_REQUEST,
  CERTIFICATE_VERIFY,
  EARLY_DATA,
  ENCRYPTED_EXTENSIONS,
  END_OF_EARLY_DATA,
  FINISHED,
  KEY_UPDATE,
  NEW_SESSION_TICKET,
  SERVER_HELLO,
  SERVER_NAME,
  SUPPORTED_GROUPS,
} from '../../tls/numbers.ts';
import { readSignature } from './certificate-verify.ts';
import { AT, type HandshakeState, type Expected } from './handshake-state.ts';
import { copyOf, isSame } from './copy.ts';
import { fault } from './fault.ts';
import { protect13, protectLast13, scheduleOf, sendDecoy, updateReadKeys13 } from './keys13.ts';
import { chosenSuite, expectType, hashMessage } from './message.ts';
import { receiveServerHello13 } from './server-hello13.ts';
import { readProtocol, type Part } from './server-hello.ts';
import type { Suite } from './suites.ts';
import type { NewTicket } from './ticket.ts';
import type { WireContext } from './wire-context.ts';

/** Takes the message that the reader is over. @returns whether the keys that are read with have changed. */
type Step = (context: WireContext, state: HandshakeState, type: number) => boolean;

/** The client's side of TLS 1.3 (RFC 8446): which message is taken when. */
const STEPS: Readonly<Partial<Record<Expected, Step>>> = {
  'server-hello': (context, state, type) => {
    expectType(type, SERVER_HELLO);
    return receiveServerHello13(context, state);
  },
  'encrypted-extensions': (context, state, type) => {
    expectType(type, ENCRYPTED_EXTENSIONS);
    receiveExtensions(context, state);
    return false;
  },
  'certificate-or-request': (context, state, type) => {
    if (type === CERTIFICATE_REQUEST) receiveCertificateRequest(context, state);
    else receiveCertificate(context, state, type);
    return false;
  },
  certificate: (context, state, type) => {
    receiveCertificate(context, state, type);
    return false;
  },
  'certificate-verify': (context, state, type) => {
    expectType(type, CERTIFICATE_VERIFY);
    receiveCertificateVerify(context, state);
    return false;
  },
  finished: (context, state, type) => {
    expectType(type, FINISHED);
    receiveFinished(context, state);
    return true;
  },
};

/** Takes the next message of a TLS 1.3 handshake. @returns whether the keys that are read with have changed. */
export const receive13: Step = (context, state, type) => {
  const step = STEPS[state.expects];
  if (step === undefined) throw fault('unexpected_message');
  return step(context, state, type);
};

/**
 * Receives a message after the handshake: a ticket, or the notice that the server's keys change. Our own keys stay, for we say no more than a
 * close_notify.
 *
 * @returns whether the keys that are read with have changed.
 */
export const receivePostHandshake13 = (context: WireContext, state: HandshakeState, type: number, ticket: NewTicket): boolean => {
  const { reader } = context;
  if (type === NEW_SESSION_TICKET) {
    ticket.read13(reader, state.client.mostTicketBytes);
    return false;
  }
  expectType(type, KEY_UPDATE);
  if (reader.u8() > 1) throw fault('illegal_parameter');
  reader.finish();
  updateReadKeys13(context, state, chosenSuite(state));
  return true;
};

/** Sends a request along with the first hello. */
export const sendEarlyData = (context: WireContext, state: HandshakeState, request: string): void => {
  const { flight } = context;
  const suite = state.offered?.suite;
  if (suite === undefined) throw new RangeError('early data without a session');
  const digest = state.address(AT.digest);
  state.transcript.digest(digest);
  scheduleOf(context, suite).earlyTraffic(state, digest);
  sendDecoy(context, state);
  protect13(context, state, 'write', { suite, secret: AT.clientTraffic, finished: 0 });
  flight.text(state.write, request);
};

/** Makes ready to send what is not part of the handshake, whatever has been agreed on so far. Keys that need not be are not made. */
export const armWrite13 = (context: WireContext, state: HandshakeState): void => {
  const { suite } = state;
  if (suite === undefined || state.read.aead === undefined) return;
  if (state.expects === 'nothing') protectLast13(context, state, 'write');
  else protect13(context, state, 'write', { suite, secret: AT.clientTraffic, finished: 0 });
};

/** The pre-shared key of the newest ticket. */
export const resumptionSecret = (context: WireContext, state: HandshakeState, ticket: NewTicket): Uint8Array => {
  const schedule = scheduleOf(context, chosenSuite(state));
  const digest = state.address(AT.digest);
  state.transcript.digest(digest);
  schedule.resumption(state, digest, ticket.nonce, state.address(AT.verifyData));
  return copyOf(state.memory.bytes, AT.verifyData, schedule.hash.digestBytes);
};

const receiveExtensions = (context: WireContext, state: HandshakeState): void => {
  const { reader } = context;
  const start = reader.at;
  const message = reader.enter(reader.u16());
  while (reader.left > 0) {
    const type = reader.u16();
    const extensions = reader.enter(reader.u16());
    receiveExtension(context, state, type);
    reader.leave(extensions);
  }
  reader.leave(message);
  reader.finish();
  if (state.earlyData === 'accepted' && !state.isResumed) throw fault('illegal_parameter');
  if (state.earlyData === 'sent') state.earlyData = 'rejected';
  hashMessage(context, state, start);
  state.expects = state.isResumed ? 'finished' : 'certificate-or-request';
};

/** Only what was asked may be answered (RFC 8446, section 4.2). */
const receiveExtension = ({ reader }: WireContext, state: HandshakeState, type: number): void => {
  const { client } = state;
  if (type === ALPN && client.settings.alpn.length > 0) {
    readProtocol(reader, alpnPart);
    state.alpn = client.alpnOf(reader.bytes, alpnPart);
  } else if (type === EARLY_DATA && state.earlyData === 'sent') state.earlyData = 'accepted';
  else if (type === SUPPORTED_GROUPS || (type === SERVER_NAME && client.sendsServerName)) reader.skip(reader.left);
  else throw fault('unsupported_extension');
};

const alpnPart: Part = { at: 0, length: 0 };

const receiveCertificateRequest = (context: WireContext, state: HandshakeState): void => {
  const { reader } = context;
  const start = reader.at;
  // Its context is for requests after the handshake.
  if (reader.u8() !== 0) throw fault('illegal_parameter');
  reader.skip(reader.u16());
  reader.finish();
  hashMessage(context, state, start);
  state.isAskedForCertificate = true;
  state.expects = 'certificate';
};

const receiveCertificate = (context: WireContext, state: HandshakeState, type: number): void => {
  expectType(type, CERTIFICATE);
  const { reader } = context;
  const start = reader.at;
  state.takeChain(state.client.chains.read(reader, 'TLSv1.3'));
  hashMessage(context, state, start);
  state.expects = 'certificate-verify';
};

/** Verifies the server's signature over a fixed text and the transcript (RFC 8446, section 4.4.3). */
const receiveCertificateVerify = (context: WireContext, state: HandshakeState): void => {
  const { reader, scratch } = context;
  const start = reader.at;
  const { digestBytes } = scheduleOf(context, chosenSuite(state)).hash;
  scratch.bytes.set(SIGNED_HEAD);
  state.transcript.digest(scratch.address + SIGNED_HEAD.length);
  readSignature(state, reader, { address: scratch.address, length: SIGNED_HEAD.length + digestBytes });
  hashMessage(context, state, start);
  state.expects = 'finished';
};

const SIGNED_HEAD = Buffer.concat([Buffer.alloc(64, 0x20), Buffer.from('TLS 1.3, server CertificateVerify\0', 'latin1')]);

const receiveFinished = (context: WireContext, state: HandshakeState): void => {
  const { reader } = context;
  const start = reader.at;
  const suite = chosenSuite(state);
  const schedule = scheduleOf(context, suite);
  const digest = state.address(AT.digest);
  const { digestBytes } = schedule.hash;
  state.transcript.digest(digest);
  schedule.verifyData(state.address(AT.serverFinished), digest, state.address(AT.verifyData));
  const givenAt = reader.skip(digestBytes);
  reader.finish();
  if (!isSame(reader.bytes, givenAt, state.memory.bytes, AT.verifyData, digestBytes)) throw fault('bad_finished');
  hashMessage(context, state, start);
  state.transcript.digest(state.address(AT.finishedDigest));
  answer(context, state, suite);
  state.expects = 'nothing';
};

/** Our last flight: the end of early data, no certificate where one is asked for, and Finished. */
const answer = (context: WireContext, state: HandshakeState, suite: Suite): void => {
  const { flight } = context;
  const { write, transcript } = state;
  sendDecoy(context, state);
  if (state.earlyData === 'accepted') flight.message(write, transcript, END_OF_EARLY_DATA, 0);
  protect13(context, state, 'write', { suite, secret: AT.clientTraffic, finished: AT.clientFinished });
  if (state.isAskedForCertificate) {
    // No context and no certificates.
    flight.memory.bytes.fill(0, flight.bodyAt(write), flight.bodyAt(write) + 4);
    flight.message(write, transcript, CERTIFICATE, 4);
  }
  const digest = state.address(AT.digest);
  transcript.digest(digest);
  const schedule = scheduleOf(context, suite);
  schedule.verifyData(state.address(AT.clientFinished), digest, flight.memory.address + flight.bodyAt(write));
  flight.message(write, transcript, FINISHED, schedule.hash.digestBytes);
};
