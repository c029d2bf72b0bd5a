import { allocate, registerCallback, type NativeMemory } from '../../../engine/ffi.ts';
import { SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB, SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP, type ServerSsl } from './library.ts';

/** Answers of a status callback: the response that was set is sent, or none (SSL_TLSEXT_ERR_OK and SSL_TLSEXT_ERR_NOACK). */
const RESPONSE_GIVEN = 0;
const NO_RESPONSE = 3;

/** The OCSP responses that are stapled to the certificates of contexts, for clients that ask for one. */
export class Staples {
  readonly #openssl: ServerSsl;
  readonly #responses = new Map<number, NativeMemory>();
  #callback: bigint | undefined;

  constructor(openssl: ServerSsl) {
    this.#openssl = openssl;
  }

  /** Staples a response to the certificate of a context, in place of an earlier one. */
  put(context: number, response: Buffer): void {
    const memory = allocate(response.length);
    response.copy(memory.bytes);
    this.#responses.set(context, memory);
    this.#callback ??= registerCallback('int StatusRequest(uintptr_t ssl, uintptr_t argument)', (connection) =>
      this.#give(Number(connection)),
    ).pointer;
    this.#openssl.server.SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB, this.#callback);
  }

  #give(connection: number): number {
    const { ssl, server } = this.#openssl;
    const response = this.#responses.get(server.SSL_get_SSL_CTX(connection));
    if (response === undefined) return NO_RESPONSE;
    const { length } = response.bytes;
    // libssl takes the copy over, and frees it with the connection.
    const copy = server.CRYPTO_malloc(length, null, 0);
    server.memcpy(copy, response.address, length);
    ssl.SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP, length, copy);
    return RESPONSE_GIVEN;
  }
}
