import type { Mechanism } from '../../domain/kind.ts';
import type { Protocol } from '../../domain/protocol.ts';
import { mechanismOf } from '../../tls/session-der.ts';
import { nowNs } from '../clock.ts';
import type { Session, TicketFacts } from '../engine.ts';
import { allocate } from '../ffi.ts';
import type { OpenSsl } from './library.ts';

/** Reads what an `SSL_SESSION` is like; whose it is does not change. */
export const sessionFacts = ({ ssl, outParameters: out }: OpenSsl, pointer: number): TicketFacts => {
  ssl.SSL_SESSION_get0_ticket(pointer, out.address, out.address + 8);
  return {
    ticketBytes: out.bytes.readUInt32LE(8),
    lifetimeS: ssl.SSL_SESSION_get_ticket_lifetime_hint(pointer),
  };
};

/** An `SSL_SESSION` that this object owns one reference of. */
export class OpenSslSession implements Session {
  readonly mechanism: Mechanism;
  readonly lifetimeS: number;
  readonly ticketBytes: number;
  readonly receivedNs = nowNs();
  readonly pointer: number;
  readonly #openssl: OpenSsl;
  #isFreed = false;

  constructor(openssl: OpenSsl, pointer: number, protocol: Protocol) {
    this.#openssl = openssl;
    this.pointer = pointer;
    ({ ticketBytes: this.ticketBytes, lifetimeS: this.lifetimeS } = sessionFacts(openssl, pointer));
    this.mechanism = mechanismOf({ protocol, ticketBytes: this.ticketBytes });
  }

  /** Takes a session that another engine was given. @throws RangeError when the bytes are no `SSL_SESSION`. */
  static fromDer(openssl: OpenSsl, der: Buffer, protocol: Protocol): OpenSslSession {
    const memory = allocate(der.length);
    der.copy(memory.bytes);
    const { outParameters: out } = openssl;
    out.bytes.writeBigUInt64LE(BigInt(memory.address), 0);
    const pointer = openssl.ssl.d2i_SSL_SESSION(0, out.address, der.length);
    if (pointer === 0) {
      openssl.ssl.ERR_clear_error();
      throw new RangeError('the bytes are no SSL_SESSION');
    }
    return new OpenSslSession(openssl, pointer, protocol);
  }

  der(): Buffer {
    const { ssl, outParameters: out } = this.#openssl;
    const memory = allocate(ssl.i2d_SSL_SESSION(this.pointer, 0));
    out.bytes.writeBigUInt64LE(BigInt(memory.address), 0);
    ssl.i2d_SSL_SESSION(this.pointer, out.address);
    return memory.bytes;
  }

  free(): void {
    if (this.#isFreed) return;
    this.#isFreed = true;
    this.#openssl.ssl.SSL_SESSION_free(this.pointer);
  }
}
