import {
  CERTIFICATE,
  CERTIFICATE_REQUEST,
  CLIENT_KEY_EXCHANGE,
  FINISHED,
  HELLO_REQUEST,
  NEW_SESSION_TICKET,
  SERVER_HELLO,
  SERVER_HELLO_DONE,
  SERVER_KEY_EXCHANGE,
  TLS_1_2,
} from '../../tls/numbers.ts';
import { readSignature } from './certificate-verify.ts';
import { AT, type HandshakeState, type Expected } from './handshake-state.ts';
import { copyBytes, isSame } from './copy.ts';
import { NONCE_BYTES } from './crypto/aead.ts';
import { fault } from './fault.ts';
import { chosenSuite, expectType, hashHello, hashMessage, isSessionIdEcho } from './message.ts';
import type { Suite } from './suites.ts';
import type { NewTicket } from './ticket.ts';
import type { WireContext } from './wire-context.ts';

const MASTER_BYTES = 48;
const VERIFY_BYTES = 12;
const NAMED_CURVE = 3;

/** The client's and the server's. */
const RANDOMS_BYTES = 64;

/** AES-GCM keeps 4 bytes of its nonce secret and sends the others (RFC 5288); ChaCha20 keeps all 12 (RFC 7905). */
const SALT_BYTES = 4;

/** Takes the message that the reader is over. */
type Step = (context: WireContext, state: HandshakeState, type: number, ticket: NewTicket) => void;

const receiveHelloDoneOrRequest: Step = (context, state, type) => {
  if (type === CERTIFICATE_REQUEST && state.expects !== 'hello-done') receiveCertificateRequest(context, state);
  else receiveHelloDone(context, state, type);
};

/** The client's side of TLS 1.2 with ECDHE (RFC 5246, RFC 8422, RFC 5077, RFC 7627): which message is taken when. */
const STEPS: Readonly<Partial<Record<Expected, Step>>> = {
  'server-hello': (context, state, type) => {
    expectType(type, SERVER_HELLO);
    receiveServerHello(context, state);
  },
  certificate: (context, state, type) => {
    expectType(type, CERTIFICATE);
    receiveCertificate(context, state);
  },
  'server-key-exchange': (context, state, type) => {
    expectType(type, SERVER_KEY_EXCHANGE);
    receiveKeyExchange(context, state);
  },
  'hello-done-or-request': receiveHelloDoneOrRequest,
  'hello-done': receiveHelloDoneOrRequest,
  ticket: (context, state, type, ticket) => {
    expectType(type, NEW_SESSION_TICKET);
    receiveTicket(context, state, ticket);
  },
  finished: (context, state, type) => {
    expectType(type, FINISHED);
    receiveFinished(context, state);
  },
};

/** Takes the next message of a TLS 1.2 handshake. */
export const receive12: Step = (context, state, type, ticket) => {
  const step = STEPS[state.expects];
  if (step === undefined) throw fault('unexpected_message');
  step(context, state, type, ticket);
};

/** Receives a message after the handshake. A client may ignore the wish for another one (RFC 5246, section 7.4.1.1). */
export const receivePostHandshake12 = (type: number): void => {
  expectType(type, HELLO_REQUEST);
};

/** The server's ChangeCipherSpec: what follows is protected. */
export const receiveChangeCipherSpec12 = (context: WireContext, state: HandshakeState): void => {
  if (state.expects !== 'change-cipher-spec') throw fault('unexpected_message');
  protect(context, state, 'read');
  state.expects = 'finished';
};

const receiveServerHello = (context: WireContext, state: HandshakeState): void => {
  const { reader, serverHello: hello } = context;
  const { client, memory } = state;
  const start = reader.at;
  hello.read(reader);
  if (hello.version !== TLS_1_2) throw fault('protocol_version');
  const suite = client.suite(hello.suite);
  if (suite === undefined) throw fault('illegal_parameter');
  checkExtensions(context, state);
  state.suite = suite;
  state.hasExtendedMasterSecret = hello.hasExtendedMasterSecret;
  state.isTicketPromised = hello.hasTicket;
  state.alpn = hello.alpn.length === 0 ? '' : client.alpnOf(reader.bytes, hello.alpn);
  copyBytes(memory.bytes, AT.serverRandom, reader.bytes, hello.randomAt, 32);
  copyBytes(memory.bytes, AT.clientRandomAgain, memory.bytes, AT.clientRandom, 32);
  hashHello(state, suite);
  hashMessage(context, state, start);
  // The echo of our session ID says that the session is taken (RFC 5246, section 7.4.1.3; RFC 5077, section 3.4).
  state.isResumed = state.offered !== undefined && isSessionIdEcho(context, state);
  if (state.isResumed) resume(context, state, suite);
  else state.expects = 'certificate';
  state.keepSessionId(reader.bytes, hello.sessionId);
};

const checkExtensions = (context: WireContext, { client }: HandshakeState): void => {
  const { serverHello: hello } = context;
  const isUnasked =
    hello.group >= 0 ||
    hello.psk >= 0 ||
    hello.cookie.length > 0 ||
    (hello.hasTicket && client.settings.mode === 'session-id') ||
    (hello.alpn.length > 0 && client.settings.alpn.length === 0);
  if (isUnasked) throw fault('unsupported_extension');
};

const resume = (context: WireContext, state: HandshakeState, suite: Suite): void => {
  const { offered } = state;
  if (offered?.suite !== suite) throw fault('illegal_parameter');
  // RFC 7627, section 5.3: the session and its resumption must agree.
  if (offered.hasExtendedMasterSecret !== state.hasExtendedMasterSecret) throw fault('no_extended_master_secret');
  context.primitives.prfs[suite.hash].from(state.address(AT.master), MASTER_BYTES, state.handshakeId, offered);
  expandKeys(context, state, suite);
  state.expects = state.isTicketPromised ? 'ticket' : 'change-cipher-spec';
};

const receiveCertificate = (context: WireContext, state: HandshakeState): void => {
  const { reader } = context;
  const start = reader.at;
  const suite = chosenSuite(state);
  state.takeChain(state.client.chains.read(reader, 'TLSv1.2'));
  const { type } = state.serverKey?.facts ?? {};
  const signer = type === 'ec' || type === 'ed25519' ? 'ec' : 'rsa';
  if (signer !== suite.signer) throw fault('unsupported_certificate');
  reader.at = reader.end;
  hashMessage(context, state, start);
  state.expects = 'server-key-exchange';
};

/** RFC 8422, section 5.4: the server's key, signed together with both randoms. */
const receiveKeyExchange = (context: WireContext, state: HandshakeState): void => {
  const { reader, scratch } = context;
  const { client, memory } = state;
  const start = reader.at;
  if (reader.u8() !== NAMED_CURVE) throw fault('illegal_parameter');
  const index = client.groupIndex(reader.u16());
  const group = client.groups[index];
  if (group === undefined || group.isKem || reader.u8() !== group.peerBytes) throw fault('illegal_parameter');
  const peerAt = reader.skip(group.peerBytes);
  const paramsBytes = reader.at - start;
  copyBytes(scratch.bytes, 0, memory.bytes, AT.clientRandom, RANDOMS_BYTES);
  copyBytes(scratch.bytes, RANDOMS_BYTES, reader.bytes, start, paramsBytes);
  readSignature(state, reader, { address: scratch.address, length: RANDOMS_BYTES + paramsBytes });
  if (!state.takeKeyPair(index).agree(reader.address(peerAt), state.address(AT.shared))) throw fault('illegal_parameter');
  hashMessage(context, state, start);
  state.expects = 'hello-done-or-request';
};

const receiveCertificateRequest = (context: WireContext, state: HandshakeState): void => {
  const { reader } = context;
  const start = reader.at;
  reader.skip(reader.u8());
  reader.skip(reader.u16());
  reader.skip(reader.u16());
  reader.finish();
  hashMessage(context, state, start);
  state.isAskedForCertificate = true;
  state.expects = 'hello-done';
};

const receiveHelloDone = (context: WireContext, state: HandshakeState, type: number): void => {
  expectType(type, SERVER_HELLO_DONE);
  const { reader, flight } = context;
  const { keyPair, write, transcript } = state;
  const suite = chosenSuite(state);
  const start = reader.at;
  reader.finish();
  if (keyPair === undefined) throw fault('internal_error');
  hashMessage(context, state, start);
  if (state.isAskedForCertificate) {
    flight.memory.bytes.fill(0, flight.bodyAt(write), flight.bodyAt(write) + 3);
    flight.message(write, transcript, CERTIFICATE, 3);
  }
  const at = flight.bodyAt(write);
  const { publicBytes } = keyPair.group;
  flight.memory.bytes[at] = publicBytes;
  flight.memory.bytes.set(keyPair.publicKey.bytes, at + 1);
  flight.message(write, transcript, CLIENT_KEY_EXCHANGE, 1 + publicBytes);
  deriveMaster(context, state, suite, keyPair.group.secretBytes);
  expandKeys(context, state, suite);
  sendFinished(context, state, suite);
  state.expects = state.isTicketPromised ? 'ticket' : 'change-cipher-spec';
};

const receiveTicket = (context: WireContext, state: HandshakeState, ticket: NewTicket): void => {
  const { reader } = context;
  const start = reader.at;
  ticket.read12(reader, state.client.mostTicketBytes);
  hashMessage(context, state, start);
  state.expects = 'change-cipher-spec';
};

const receiveFinished = (context: WireContext, state: HandshakeState): void => {
  const { reader } = context;
  const start = reader.at;
  const suite = chosenSuite(state);
  verifyData(context, state, suite, 'server finished', state.address(AT.verifyData));
  const givenAt = reader.skip(VERIFY_BYTES);
  reader.finish();
  if (!isSame(reader.bytes, givenAt, state.memory.bytes, AT.verifyData, VERIFY_BYTES)) throw fault('bad_finished');
  if (state.isResumed) {
    hashMessage(context, state, start);
    sendFinished(context, state, suite);
  }
  state.expects = 'nothing';
};

const sendFinished = (context: WireContext, state: HandshakeState, suite: Suite): void => {
  const { flight } = context;
  const { write, transcript, isResumed } = state;
  flight.changeCipherSpec();
  protect(context, state, 'write');
  verifyData(context, state, suite, 'client finished', flight.memory.address + flight.bodyAt(write));
  // After the server's Finished there is nothing more that the transcript would be wanted for.
  flight.message(write, isResumed ? undefined : transcript, FINISHED, VERIFY_BYTES);
};

/** RFC 5246, section 8.1; with the extension over the transcript instead of the randoms (RFC 7627, section 4). */
const deriveMaster = (context: WireContext, state: HandshakeState, suite: Suite, secretBytes: number): void => {
  const { prfs, hashes, lib } = context.primitives;
  const prf = prfs[suite.hash];
  const master = state.address(AT.master);
  prf.from(state.address(AT.shared), secretBytes, 0);
  if (state.hasExtendedMasterSecret) {
    state.transcript.digest(prf.label('extended master secret'));
    prf.expand(hashes[suite.hash].digestBytes, master, MASTER_BYTES);
  } else {
    lib.memcpy(prf.label('master secret'), state.address(AT.clientRandom), RANDOMS_BYTES);
    prf.expand(RANDOMS_BYTES, master, MASTER_BYTES);
  }
  prf.from(master, MASTER_BYTES, state.handshakeId);
};

/** Both keys and both IVs in one block, by both randoms, the server's first (RFC 5246, section 6.3). */
const expandKeys = (context: WireContext, state: HandshakeState, suite: Suite): void => {
  const { keyBytes, ivBytes } = sizes(context, suite);
  const { prfs, lib } = context.primitives;
  const prf = prfs[suite.hash];
  lib.memcpy(prf.label('key expansion'), state.address(AT.serverRandom), RANDOMS_BYTES);
  prf.expand(RANDOMS_BYTES, state.address(AT.keyBlock), 2 * keyBytes + 2 * ivBytes);
};

const protect = (context: WireContext, state: HandshakeState, side: 'read' | 'write'): void => {
  const suite = chosenSuite(state);
  const { keyBytes, ivBytes } = sizes(context, suite);
  const direction = state[side];
  const { bytes } = state.memory;
  const part = side === 'write' ? 0 : 1;
  const keyAt = AT.keyBlock + part * keyBytes;
  const ivAt = AT.keyBlock + 2 * keyBytes + part * ivBytes;
  copyBytes(bytes, direction.keyAt, bytes, keyAt, keyBytes);
  copyBytes(bytes, direction.ivAt, bytes, ivAt, ivBytes);
  direction.protect(context.primitives.aeads[suite.aead], 'TLSv1.2');
};

const sizes = (context: WireContext, suite: Suite): { readonly keyBytes: number; readonly ivBytes: number } => {
  const { keyBytes } = context.primitives.aeads[suite.aead];
  return { keyBytes, ivBytes: suite.aead === 'ChaCha20-Poly1305' ? NONCE_BYTES : SALT_BYTES };
};

const verifyData = (context: WireContext, state: HandshakeState, suite: Suite, label: string, out: number): void => {
  const { prfs, hashes } = context.primitives;
  const prf = prfs[suite.hash];
  prf.from(state.address(AT.master), MASTER_BYTES, state.handshakeId);
  state.transcript.digest(prf.label(label));
  prf.expand(hashes[suite.hash].digestBytes, out, VERIFY_BYTES);
};
