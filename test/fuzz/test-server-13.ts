import { timingSafeEqual } from 'node:crypto';
import {
  APPLICATION_DATA,
  CERTIFICATE,
  CERTIFICATE_REQUEST,
  CERTIFICATE_VERIFY,
  COOKIE,
  EARLY_DATA,
  ENCRYPTED_EXTENSIONS,
  END_OF_EARLY_DATA,
  FINISHED,
  HANDSHAKE,
  HELLO_RETRY_RANDOM,
  KEY_SHARE,
  KEY_UPDATE,
  MESSAGE_HASH,
  NEW_SESSION_TICKET,
  PRE_SHARED_KEY,
  SERVER_HELLO,
  SIGNATURE_ALGORITHMS,
  SUPPORTED_VERSIONS,
  TLS_1_2,
  TLS_1_3,
} from '../../src/tls/numbers.ts';
import { extension, join, message, u16, u32, u8, vector16, vector24, vector8 } from './bytes.ts';
import { withoutBinders, type ClientHello } from './client-hello.ts';
import { keyShareOf } from './key-share.ts';
import type { KnownSession } from './plan.ts';
import { protection13, type Protection } from './protection.ts';
import { derive, digest, digestBytes, expandLabel, extract, hmac } from './secrets.ts';
import { ECDSA_SECP256R1_SHA256, signed, TestServer } from './test-server.ts';

const NOTHING: Buffer = Buffer.alloc(0);

/** TLS 1.3 (RFC 8446). */
export class TestServer13 extends TestServer {
  /** Keys of the client's side that come next, and the one that early data would be read with. */
  #handshakeRead: Protection | undefined;
  #applicationRead: Protection | undefined;
  #isSkipping = false;
  #clientSecret = NOTHING;
  #applicationWrite: Protection | undefined;
  #serverSecret = NOTHING;
  #master = NOTHING;
  #hasRetried = false;

  /** Announces new keys and takes them (RFC 8446, sections 4.6.3 and 7.2). */
  override renewedKeys(): Buffer {
    const { hash } = this.plan.suite;
    const announced = this.sealed(HANDSHAKE, message(KEY_UPDATE, u8(0)));
    this.#serverSecret = expandLabel(hash, this.#serverSecret, 'traffic upd', NOTHING, digestBytes(hash));
    this.write = protection13(this.plan.suite, this.#serverSecret);
    return announced;
  }

  protected override takeHello(hello: ClientHello): void {
    if (this.plan.retry !== 'none' && !this.#hasRetried) this.#retry(hello);
    else this.#answer(hello);
  }

  protected override takeChangeCipherSpec(): void {
    // A decoy.
  }

  protected override skips(record: Buffer): boolean {
    if (!this.#isSkipping || record[0] !== APPLICATION_DATA) return false;
    if (this.#handshakeRead === undefined) return true;
    try {
      // The first record that opens ends the early data.
      const probe = protection13(this.plan.suite, this.#clientSecret);
      probe.open(record);
    } catch {
      return true;
    }
    this.#isSkipping = false;
    return false;
  }

  protected override takeMessage(type: number, received: Buffer): void {
    if (type === END_OF_EARLY_DATA) {
      this.transcript.push(received);
      if (this.#handshakeRead !== undefined) this.read = this.#handshakeRead;
    } else if (type === CERTIFICATE && this.plan.asksCertificate) this.transcript.push(received);
    else if (type === FINISHED) this.#takeFinished(received);
    else throw new RangeError(`the client sent a message of type ${String(type)}`);
  }

  #retry(hello: ClientHello): void {
    const { suite, group, retry } = this.plan;
    this.#hasRetried = true;
    this.#isSkipping = hello.hasEarlyData;
    this.transcript = [message(MESSAGE_HASH, digest(suite.hash, hello.message))];
    this.say(
      serverHello(HELLO_RETRY_RANDOM, hello, suite.id, [
        extension(SUPPORTED_VERSIONS, u16(TLS_1_3)),
        ...(hello.shares.has(group) ? [] : [extension(KEY_SHARE, u16(group))]),
        ...(retry === 'cookie' ? [extension(COOKIE, vector16(Buffer.alloc(64, 0xc0)))] : []),
      ]),
    );
    this.sayChangeCipherSpec();
  }

  #answer(hello: ClientHello): void {
    const { suite, group, acceptsEarlyData } = this.plan;
    const { hash } = suite;
    const known = this.#accepted(hello);
    this.isResumed = known !== undefined;
    const isEarly = hello.hasEarlyData && acceptsEarlyData && this.isResumed;
    this.#isSkipping = hello.hasEarlyData && !isEarly;
    const share = keyShareOf(group);
    const peer = hello.shares.get(group);
    if (peer === undefined) throw new RangeError('the client has no share of the group');
    this.transcript.push(hello.message);
    const early = extract(hash, Buffer.alloc(digestBytes(hash)), known?.secret ?? Buffer.alloc(digestBytes(hash)));
    if (isEarly) this.read = protection13(suite, derive(hash, early, 'c e traffic', this.transcriptDigest));
    this.say(
      serverHello(Buffer.alloc(32, 0x5e), hello, suite.id, [
        extension(SUPPORTED_VERSIONS, u16(TLS_1_3)),
        extension(KEY_SHARE, u16(group), vector16(share.publicKey)),
        ...(known === undefined ? [] : [extension(PRE_SHARED_KEY, u16(0))]),
      ]),
    );
    if (!this.#hasRetried) this.sayChangeCipherSpec();
    this.flush();
    const empty = digest(hash);
    const handshake = extract(hash, derive(hash, early, 'derived', empty), share.agree(peer));
    this.#clientSecret = derive(hash, handshake, 'c hs traffic', this.transcriptDigest);
    const serverSecret = derive(hash, handshake, 's hs traffic', this.transcriptDigest);
    this.write = protection13(suite, serverSecret);
    this.#handshakeRead = protection13(suite, this.#clientSecret);
    if (!isEarly) this.read = this.#handshakeRead;
    this.#sayRest(isEarly, serverSecret);
    this.#master = extract(hash, derive(hash, handshake, 'derived', empty), Buffer.alloc(digestBytes(hash)));
    this.#serverSecret = derive(hash, this.#master, 's ap traffic', this.transcriptDigest);
    this.#applicationWrite = protection13(suite, this.#serverSecret);
    this.#applicationRead = protection13(suite, derive(hash, this.#master, 'c ap traffic', this.transcriptDigest));
    this.flush();
    this.write = this.#applicationWrite;
  }

  #sayRest(isEarly: boolean, serverSecret: Buffer): void {
    const { identity, asksCertificate, suite } = this.plan;
    this.say(message(ENCRYPTED_EXTENSIONS, vector16(...(isEarly ? [extension(EARLY_DATA)] : []))));
    if (!this.isResumed) {
      if (asksCertificate) {
        const schemes = extension(SIGNATURE_ALGORITHMS, vector16(u16(ECDSA_SECP256R1_SHA256)));
        this.say(message(CERTIFICATE_REQUEST, vector8(), vector16(schemes)));
      }
      this.say(message(CERTIFICATE, vector8(), vector24(vector24(identity.certificate), vector16())));
      const signature = signed(identity.key, join(SIGNED_HEAD, this.transcriptDigest));
      this.say(message(CERTIFICATE_VERIFY, u16(ECDSA_SECP256R1_SHA256), vector16(signature)));
    }
    this.say(message(FINISHED, finished(suite.hash, serverSecret, this.transcriptDigest)));
  }

  #takeFinished(received: Buffer): void {
    const { suite, tickets } = this.plan;
    const expected = finished(suite.hash, this.#clientSecret, this.transcriptDigest);
    if (received.length !== 4 + expected.length || !timingSafeEqual(received.subarray(4), expected)) {
      throw new RangeError("the client's Finished is wrong");
    }
    this.transcript.push(received);
    this.isDone = true;
    this.tamper.handshakeIsOver();
    if (this.#applicationRead !== undefined) this.read = this.#applicationRead;
    for (let i = 0; i < tickets; i++) this.#sayTicket(i);
  }

  #sayTicket(i: number): void {
    const { suite, ticketBytes, sessions, acceptsEarlyData } = this.plan;
    const nonce = u8(i);
    const ticket = this.named(Buffer.alloc(ticketBytes, i + 1));
    const resumption = derive(suite.hash, this.#master, 'res master', this.transcriptDigest);
    const secret = expandLabel(suite.hash, resumption, 'resumption', nonce, digestBytes(suite.hash));
    sessions.set(ticket.toString('hex'), { secret, suite, hasExtendedMasterSecret: false });
    const early = acceptsEarlyData ? [extension(EARLY_DATA, u32(16_384))] : [];
    this.say(
      message(NEW_SESSION_TICKET, u32(7200), u32(0x01020304), vector8(nonce), vector16(ticket), vector16(...early)),
      false,
    );
  }

  /** The session that the client offers, if it is known and its binder is right. */
  #accepted(hello: ClientHello): KnownSession | undefined {
    const { suite, sessions } = this.plan;
    const known = hello.identity && sessions.get(hello.identity.toString('hex'));
    if (known?.suite.hash !== suite.hash) return undefined;
    const { hash } = suite;
    const early = extract(hash, Buffer.alloc(digestBytes(hash)), known.secret);
    const binderKey = derive(hash, early, 'res binder', digest(hash));
    const expected = finished(hash, binderKey, digest(hash, ...this.transcript, withoutBinders(hello)));
    if (hello.binder?.equals(expected) !== true) throw new RangeError("the client's binder is wrong");
    return known;
  }
}

const SIGNED_HEAD = join(Buffer.alloc(64, 0x20), Buffer.from('TLS 1.3, server CertificateVerify\0'));

const finished = (hash: 'sha256' | 'sha384', secret: Buffer, transcript: Buffer): Buffer =>
  hmac(hash, expandLabel(hash, secret, 'finished', NOTHING, digestBytes(hash)), transcript);

const serverHello = (random: Uint8Array, { sessionId }: ClientHello, suite: number, extensions: readonly Buffer[]): Buffer =>
  message(SERVER_HELLO, u16(TLS_1_2), random, vector8(sessionId), u16(suite), u8(0), vector16(...extensions));
