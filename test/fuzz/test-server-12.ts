import { timingSafeEqual } from 'node:crypto';
import {
  CERTIFICATE,
  CERTIFICATE_REQUEST,
  CLIENT_KEY_EXCHANGE,
  EXTENDED_MASTER_SECRET,
  FINISHED,
  NEW_SESSION_TICKET,
  RENEGOTIATION_INFO,
  SERVER_HELLO,
  SERVER_HELLO_DONE,
  SERVER_KEY_EXCHANGE,
  SESSION_TICKET,
  TLS_1_2,
} from '../../src/tls/numbers.ts';
import { extension, join, message, u16, u32, u8, vector16, vector24, vector8 } from './bytes.ts';
import type { ClientHello } from './client-hello.ts';
import { keyShareOf } from './key-share.ts';
import type { KnownSession } from './plan.ts';
import { keyBytes, protection12, type Protection } from './protection.ts';
import { prf } from './secrets.ts';
import { ECDSA_SECP256R1_SHA256, signed, TestServer } from './test-server.ts';

const NAMED_CURVE = 3;
const ECDSA_SIGN = 64;

/** TLS 1.2 with ECDHE and ECDSA (RFC 5246, RFC 8422, RFC 5077, RFC 7627). */
export class TestServer12 extends TestServer {
  readonly #random = Buffer.alloc(32, 0x5e);
  #clientRandom: Buffer = Buffer.alloc(0);
  #master: Buffer = Buffer.alloc(0);
  #hasExtendedMasterSecret = false;
  #givesTicket = false;
  #sessionId: Buffer = Buffer.alloc(0);

  protected override takeHello(hello: ClientHello): void {
    const { plan } = this;
    const known = this.#known(hello);
    this.isResumed = known !== undefined;
    this.#clientRandom = hello.random;
    this.#hasExtendedMasterSecret = hello.hasExtendedMasterSecret && plan.hasExtendedMasterSecret;
    this.#givesTicket = hello.ticket !== undefined && plan.tickets > 0;
    // A session ID is made up where no ticket is to be given.
    this.#sessionId = known === undefined ? this.named(Buffer.alloc(this.#givesTicket ? 0 : 32, 0x1d)) : hello.sessionId;
    this.transcript.push(hello.message);
    this.say(
      message(
        SERVER_HELLO,
        ...[u16(TLS_1_2), this.#random, vector8(this.#sessionId), u16(plan.suite.id), u8(0)],
        vector16(
          extension(RENEGOTIATION_INFO, u8(0)),
          ...(this.#hasExtendedMasterSecret ? [extension(EXTENDED_MASTER_SECRET)] : []),
          ...(this.#givesTicket ? [extension(SESSION_TICKET)] : []),
        ),
      ),
    );
    if (known === undefined) this.#sayKeyExchange();
    else {
      this.#master = known.secret;
      this.#finish('server finished');
    }
  }

  protected override takeChangeCipherSpec(): void {
    this.read = this.#protection('client');
  }

  protected override takeMessage(type: number, received: Buffer): void {
    if (type === CLIENT_KEY_EXCHANGE) this.#takeKeyExchange(received);
    else if (type === CERTIFICATE && this.plan.asksCertificate) this.transcript.push(received);
    else if (type === FINISHED) this.#takeFinished(received);
    else throw new RangeError(`the client sent a message of type ${String(type)}`);
  }

  #sayKeyExchange(): void {
    const { identity, group, asksCertificate } = this.plan;
    this.say(message(CERTIFICATE, vector24(vector24(identity.certificate))));
    const params = join(u8(NAMED_CURVE), u16(group), vector8(keyShareOf(group).publicKey));
    const signature = signed(identity.key, join(this.#clientRandom, this.#random, params));
    this.say(message(SERVER_KEY_EXCHANGE, params, u16(ECDSA_SECP256R1_SHA256), vector16(signature)));
    if (asksCertificate) {
      this.say(message(CERTIFICATE_REQUEST, vector8(u8(ECDSA_SIGN)), vector16(u16(ECDSA_SECP256R1_SHA256)), vector16()));
    }
    this.say(message(SERVER_HELLO_DONE));
  }

  #takeKeyExchange(received: Buffer): void {
    const { suite, group } = this.plan;
    this.transcript.push(received);
    const secret = keyShareOf(group).agree(received.subarray(5));
    this.#master = this.#hasExtendedMasterSecret
      ? prf(suite.hash, secret, 'extended master secret', this.transcriptDigest, 48)
      : prf(suite.hash, secret, 'master secret', join(this.#clientRandom, this.#random), 48);
  }

  #takeFinished(received: Buffer): void {
    const expected = this.#verifyData('client finished');
    if (received.length !== 16 || !timingSafeEqual(received.subarray(4), expected)) {
      throw new RangeError("the client's Finished is wrong");
    }
    this.transcript.push(received);
    this.isDone = true;
    this.tamper.handshakeIsOver();
    if (!this.isResumed) this.#finish('server finished');
  }

  #finish(label: string): void {
    if (this.#givesTicket) this.#sayTicket();
    else if (this.#sessionId.length > 0) this.#keep(this.#sessionId);
    this.sayChangeCipherSpec();
    this.write = this.#protection('server');
    this.say(message(FINISHED, this.#verifyData(label)));
  }

  #sayTicket(): void {
    const ticket = this.named(Buffer.alloc(this.plan.ticketBytes, 0x71));
    // A ticket of no bytes is none (RFC 5077, section 3.3).
    if (ticket.length > 0) this.#keep(ticket);
    this.say(message(NEW_SESSION_TICKET, u32(7200), vector16(ticket)));
  }

  #keep(name: Buffer): void {
    const { sessions, suite } = this.plan;
    const session = { secret: this.#master, suite, hasExtendedMasterSecret: this.#hasExtendedMasterSecret };
    sessions.set(name.toString('hex'), session);
  }

  #known({ ticket, sessionId }: ClientHello): KnownSession | undefined {
    const name = ticket === undefined || ticket.length === 0 ? sessionId : ticket;
    const known = this.plan.sessions.get(name.toString('hex'));
    return known?.suite === this.plan.suite ? known : undefined;
  }

  #verifyData(label: string): Buffer {
    return prf(this.plan.suite.hash, this.#master, label, this.transcriptDigest, 12);
  }

  #protection(side: 'client' | 'server'): Protection {
    const { suite } = this.plan;
    const [key, iv] = [keyBytes(suite), suite.cipher === 'chacha20-poly1305' ? 12 : 4];
    const block = prf(suite.hash, this.#master, 'key expansion', join(this.#random, this.#clientRandom), 2 * (key + iv));
    const part = side === 'client' ? 0 : 1;
    return protection12(
      suite,
      block.subarray(part * key, (part + 1) * key),
      block.subarray(2 * key + part * iv, 2 * key + (part + 1) * iv),
    );
  }
}
