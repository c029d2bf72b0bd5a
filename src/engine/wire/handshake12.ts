import {
  CERTIFICATE,
  CERTIFICATE_REQUEST,
  CLIENT_KEY_EXCHANGE,
  FINISHED,
  NEW_SESSION_TICKET,
  SERVER_HELLO,
  SERVER_HELLO_DONE,
  SERVER_KEY_EXCHANGE,
  TLS_1_2,
} from '../../tls/numbers.ts';
import { readSignature } from './certificate-verify.ts';
import { AT, type Connection, type Expected } from './connection.ts';
import { copyBytes, isSame } from './copy.ts';
import { NONCE_BYTES } from './crypto/aead.ts';
import { fault } from './fault.ts';
import { chosenSuite, expectType, hashHello, hashMessage, isSessionIdEcho } from './message.ts';
import type { Suite } from './suites.ts';
import type { NewTicket } from './ticket.ts';
import type { Tools } from './tools.ts';

const MASTER_BYTES = 48;
const VERIFY_BYTES = 12;
const NAMED_CURVE = 3;

/** The client's and the server's. */
const RANDOMS_BYTES = 64;

/** AES-GCM keeps 4 bytes of its nonce secret and sends the others (RFC 5288); ChaCha20 keeps all 12 (RFC 7905). */
const SALT_BYTES = 4;

/** Takes the message that the reader is over. */
type Step = (tools: Tools, connection: Connection, type: number, ticket: NewTicket) => void;

const takeHelloDoneOrRequest: Step = (tools, connection, type) => {
  if (type === CERTIFICATE_REQUEST && connection.expects !== 'hello-done') takeCertificateRequest(tools, connection);
  else takeHelloDone(tools, connection, type);
};

/** The client's side of TLS 1.2 with ECDHE (RFC 5246, RFC 8422, RFC 5077, RFC 7627): which message is taken when. */
const STEPS: Readonly<Partial<Record<Expected, Step>>> = {
  'server-hello': (tools, connection, type) => {
    expectType(type, SERVER_HELLO);
    takeServerHello(tools, connection);
  },
  certificate: (tools, connection, type) => {
    expectType(type, CERTIFICATE);
    takeCertificate(tools, connection);
  },
  'server-key-exchange': (tools, connection, type) => {
    expectType(type, SERVER_KEY_EXCHANGE);
    takeKeyExchange(tools, connection);
  },
  'hello-done-or-request': takeHelloDoneOrRequest,
  'hello-done': takeHelloDoneOrRequest,
  ticket: (tools, connection, type, ticket) => {
    expectType(type, NEW_SESSION_TICKET);
    takeTicket(tools, connection, ticket);
  },
  finished: (tools, connection, type) => {
    expectType(type, FINISHED);
    takeFinished(tools, connection);
  },
};

/** Takes the next message of a TLS 1.2 handshake. */
export const take12: Step = (tools, connection, type, ticket) => {
  const step = STEPS[connection.expects];
  if (step === undefined) throw fault('unexpected_message');
  step(tools, connection, type, ticket);
};

/** The server's ChangeCipherSpec: what follows is protected. */
export const takeChangeCipherSpec12 = (tools: Tools, connection: Connection): void => {
  if (connection.expects !== 'change-cipher-spec') throw fault('unexpected_message');
  protect(tools, connection, 'read');
  connection.expects = 'finished';
};

const takeServerHello = (tools: Tools, connection: Connection): void => {
  const { reader, serverHello: hello } = tools;
  const { client, memory } = connection;
  const start = reader.at;
  hello.read(reader);
  if (hello.version !== TLS_1_2) throw fault('protocol_version');
  const suite = client.suite(hello.suite);
  if (suite === undefined) throw fault('illegal_parameter');
  checkExtensions(tools, connection);
  connection.suite = suite;
  connection.hasExtendedMasterSecret = hello.hasExtendedMasterSecret;
  connection.isTicketPromised = hello.hasTicket;
  connection.alpn = hello.alpn.length === 0 ? '' : client.alpnOf(reader.bytes, hello.alpn);
  copyBytes(memory.bytes, AT.serverRandom, reader.bytes, hello.randomAt, 32);
  copyBytes(memory.bytes, AT.clientRandomAgain, memory.bytes, AT.clientRandom, 32);
  hashHello(connection, suite);
  hashMessage(tools, connection, start);
  // The echo of our session ID says that the session is taken (RFC 5246, section 7.4.1.3; RFC 5077, section 3.4).
  connection.isResumed = connection.offered !== undefined && isSessionIdEcho(tools, connection);
  if (connection.isResumed) resume(tools, connection, suite);
  else connection.expects = 'certificate';
  connection.keepSessionId(reader.bytes, hello.sessionId);
};

const checkExtensions = (tools: Tools, { client }: Connection): void => {
  const { serverHello: hello } = tools;
  const isUnasked =
    hello.group >= 0 ||
    hello.psk >= 0 ||
    hello.cookie.length > 0 ||
    (hello.hasTicket && client.settings.mode === 'session-id') ||
    (hello.alpn.length > 0 && client.settings.alpn.length === 0);
  if (isUnasked) throw fault('unsupported_extension');
};

const resume = (tools: Tools, connection: Connection, suite: Suite): void => {
  const { offered } = connection;
  if (offered?.suite !== suite) throw fault('illegal_parameter');
  // RFC 7627, section 5.3: the session and its resumption must agree.
  if (offered.hasExtendedMasterSecret !== connection.hasExtendedMasterSecret) throw fault('no_extended_master_secret');
  tools.primitives.prfs[suite.hash].from(connection.address(AT.master), MASTER_BYTES, connection.mark, offered);
  expandKeys(tools, connection, suite);
  connection.expects = connection.isTicketPromised ? 'ticket' : 'change-cipher-spec';
};

const takeCertificate = (tools: Tools, connection: Connection): void => {
  const { reader } = tools;
  const start = reader.at;
  const suite = chosenSuite(connection);
  connection.takeChain(connection.client.chains.read(reader, false));
  const { type } = connection.serverKey?.facts ?? {};
  const signer = type === 'ec' || type === 'ed25519' ? 'ec' : 'rsa';
  if (signer !== suite.signer) throw fault('unsupported_certificate');
  reader.at = reader.end;
  hashMessage(tools, connection, start);
  connection.expects = 'server-key-exchange';
};

/** RFC 8422, section 5.4: the server's key, signed together with both randoms. */
const takeKeyExchange = (tools: Tools, connection: Connection): void => {
  const { reader, scratch } = tools;
  const { client, memory } = connection;
  const start = reader.at;
  if (reader.u8() !== NAMED_CURVE) throw fault('illegal_parameter');
  const index = client.groupIndex(reader.u16());
  const group = client.groups[index];
  if (group === undefined || group.isKem || reader.u8() !== group.peerBytes) throw fault('illegal_parameter');
  const peerAt = reader.skip(group.peerBytes);
  const paramsBytes = reader.at - start;
  copyBytes(scratch.bytes, 0, memory.bytes, AT.clientRandom, RANDOMS_BYTES);
  copyBytes(scratch.bytes, RANDOMS_BYTES, reader.bytes, start, paramsBytes);
  readSignature(connection, reader, { address: scratch.address, length: RANDOMS_BYTES + paramsBytes });
  if (!connection.takeKeyPair(index).agree(reader.address(peerAt), connection.address(AT.shared)))
    throw fault('illegal_parameter');
  hashMessage(tools, connection, start);
  connection.expects = 'hello-done-or-request';
};

const takeCertificateRequest = (tools: Tools, connection: Connection): void => {
  const { reader } = tools;
  const start = reader.at;
  reader.skip(reader.u8());
  reader.skip(reader.u16());
  reader.skip(reader.u16());
  reader.finish();
  hashMessage(tools, connection, start);
  connection.isAskedForCertificate = true;
  connection.expects = 'hello-done';
};

const takeHelloDone = (tools: Tools, connection: Connection, type: number): void => {
  expectType(type, SERVER_HELLO_DONE);
  const { reader, flight } = tools;
  const { keyPair, write, transcript } = connection;
  const suite = chosenSuite(connection);
  const start = reader.at;
  reader.finish();
  if (keyPair === undefined) throw fault('internal_error');
  hashMessage(tools, connection, start);
  if (connection.isAskedForCertificate) {
    flight.memory.bytes.fill(0, flight.bodyAt(write), flight.bodyAt(write) + 3);
    flight.message(write, transcript, CERTIFICATE, 3);
  }
  const at = flight.bodyAt(write);
  const { publicBytes } = keyPair.group;
  flight.memory.bytes[at] = publicBytes;
  flight.memory.bytes.set(keyPair.publicKey.bytes, at + 1);
  flight.message(write, transcript, CLIENT_KEY_EXCHANGE, 1 + publicBytes);
  deriveMaster(tools, connection, suite, keyPair.group.secretBytes);
  expandKeys(tools, connection, suite);
  sendFinished(tools, connection, suite);
  connection.expects = connection.isTicketPromised ? 'ticket' : 'change-cipher-spec';
};

const takeTicket = (tools: Tools, connection: Connection, ticket: NewTicket): void => {
  const { reader } = tools;
  const start = reader.at;
  ticket.read12(reader);
  hashMessage(tools, connection, start);
  connection.expects = 'change-cipher-spec';
};

const takeFinished = (tools: Tools, connection: Connection): void => {
  const { reader } = tools;
  const start = reader.at;
  const suite = chosenSuite(connection);
  verifyData(tools, connection, suite, 'server finished', connection.address(AT.verifyData));
  const givenAt = reader.skip(VERIFY_BYTES);
  reader.finish();
  if (!isSame(reader.bytes, givenAt, connection.memory.bytes, AT.verifyData, VERIFY_BYTES)) throw fault('bad_finished');
  if (connection.isResumed) {
    hashMessage(tools, connection, start);
    sendFinished(tools, connection, suite);
  }
  connection.expects = 'nothing';
};

const sendFinished = (tools: Tools, connection: Connection, suite: Suite): void => {
  const { flight } = tools;
  const { write, transcript, isResumed } = connection;
  flight.changeCipherSpec();
  protect(tools, connection, 'write');
  verifyData(tools, connection, suite, 'client finished', flight.memory.address + flight.bodyAt(write));
  // Behind the server's Finished there is nothing more that the transcript would be wanted for.
  flight.message(write, isResumed ? undefined : transcript, FINISHED, VERIFY_BYTES);
};

/** RFC 5246, section 8.1; with the extension over the transcript instead of the randoms (RFC 7627, section 4). */
const deriveMaster = (tools: Tools, connection: Connection, suite: Suite, secretBytes: number): void => {
  const { prfs, hashes, lib } = tools.primitives;
  const prf = prfs[suite.hash];
  const master = connection.address(AT.master);
  prf.from(connection.address(AT.shared), secretBytes, 0);
  if (connection.hasExtendedMasterSecret) {
    connection.transcript.digest(prf.label('extended master secret'));
    prf.expand(hashes[suite.hash].digestBytes, master, MASTER_BYTES);
  } else {
    lib.memcpy(prf.label('master secret'), connection.address(AT.clientRandom), RANDOMS_BYTES);
    prf.expand(RANDOMS_BYTES, master, MASTER_BYTES);
  }
  prf.from(master, MASTER_BYTES, connection.mark);
};

/** Both keys and both IVs in one block, by both randoms, the server's first (RFC 5246, section 6.3). */
const expandKeys = (tools: Tools, connection: Connection, suite: Suite): void => {
  const { keyBytes, ivBytes } = sizes(tools, suite);
  const { prfs, lib } = tools.primitives;
  const prf = prfs[suite.hash];
  lib.memcpy(prf.label('key expansion'), connection.address(AT.serverRandom), RANDOMS_BYTES);
  prf.expand(RANDOMS_BYTES, connection.address(AT.keyBlock), 2 * keyBytes + 2 * ivBytes);
};

const protect = (tools: Tools, connection: Connection, side: 'read' | 'write'): void => {
  const suite = chosenSuite(connection);
  const { keyBytes, ivBytes } = sizes(tools, suite);
  const direction = connection[side];
  const { bytes } = connection.memory;
  const part = side === 'write' ? 0 : 1;
  const keyAt = AT.keyBlock + part * keyBytes;
  const ivAt = AT.keyBlock + 2 * keyBytes + part * ivBytes;
  copyBytes(bytes, direction.keyAt, bytes, keyAt, keyBytes);
  copyBytes(bytes, direction.ivAt, bytes, ivAt, ivBytes);
  direction.on(tools.primitives.aeads[suite.aead], false);
};

const sizes = (tools: Tools, suite: Suite): { readonly keyBytes: number; readonly ivBytes: number } => {
  const { keyBytes } = tools.primitives.aeads[suite.aead];
  return { keyBytes, ivBytes: suite.aead === 'ChaCha20-Poly1305' ? NONCE_BYTES : SALT_BYTES };
};

const verifyData = (tools: Tools, connection: Connection, suite: Suite, label: string, out: number): void => {
  const { prfs, hashes } = tools.primitives;
  const prf = prfs[suite.hash];
  prf.from(connection.address(AT.master), MASTER_BYTES, connection.mark);
  connection.transcript.digest(prf.label(label));
  prf.expand(hashes[suite.hash].digestBytes, out, VERIFY_BYTES);
};
