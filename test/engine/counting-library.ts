import { openLibrary, type NativeFunction, type NativeLibrary } from '../../src/engine/ffi.ts';

/** The functions that make and free each kind of object. Those that write a pointer to an out parameter return 1. */
const KINDS: Readonly<Record<string, { readonly made: readonly string[]; readonly freed: string }>> = {
  BIO: { made: ['BIO_new', 'BIO_new_mem_buf'], freed: 'BIO_free' },
  EVP_CIPHER: { made: ['EVP_CIPHER_fetch'], freed: 'EVP_CIPHER_free' },
  EVP_CIPHER_CTX: { made: ['EVP_CIPHER_CTX_new'], freed: 'EVP_CIPHER_CTX_free' },
  EVP_MD: { made: ['EVP_MD_fetch'], freed: 'EVP_MD_free' },
  EVP_MD_CTX: { made: ['EVP_MD_CTX_new'], freed: 'EVP_MD_CTX_free' },
  EVP_PKEY: { made: ['EVP_PKEY_generate', 'EVP_PKEY_new', 'PEM_read_bio_PrivateKey', 'd2i_PUBKEY'], freed: 'EVP_PKEY_free' },
  EVP_PKEY_CTX: { made: ['EVP_PKEY_CTX_new_from_name', 'EVP_PKEY_CTX_new_from_pkey'], freed: 'EVP_PKEY_CTX_free' },
  OPENSSL_STACK: { made: ['OPENSSL_sk_new_null'], freed: 'OPENSSL_sk_free' },
  SSL: { made: ['SSL_new'], freed: 'SSL_free' },
  SSL_CTX: { made: ['SSL_CTX_new'], freed: 'SSL_CTX_free' },
  SSL_SESSION: { made: ['SSL_get1_session', 'd2i_SSL_SESSION'], freed: 'SSL_SESSION_free' },
  X509: { made: ['PEM_read_bio_X509', 'SSL_get1_peer_certificate', 'd2i_X509'], freed: 'X509_free' },
  X509_STORE: { made: ['X509_STORE_new'], freed: 'X509_STORE_free' },
  X509_STORE_CTX: { made: ['X509_STORE_CTX_new'], freed: 'X509_STORE_CTX_free' },
};

/** Every function that makes or frees something must be known here, or it would not be counted. */
const MAKES_OR_FREES = /_(?:new\w*|free|fetch|generate)$|^d2i_|_get1_|_read_bio_/u;

/** The OpenSSL inside the Node binary, with a count of what was made and of what is not yet freed. */
export class CountingLibrary implements NativeLibrary {
  readonly #library = openLibrary(null);
  readonly #alive = new Map<string, number>();
  made = 0;

  /** What is not freed, by kind. */
  get alive(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#alive].filter(([, count]) => count !== 0));
  }

  bind(prototype: string): NativeFunction {
    const native = this.#library.bind(prototype);
    const name = /(\w+)\(/u.exec(prototype)?.[1] ?? '';
    for (const [kind, { made, freed }] of Object.entries(KINDS)) {
      if (made.includes(name)) return this.#counted(native, kind);
      if (freed === name) return this.#freeing(native, kind);
    }
    if (MAKES_OR_FREES.test(name)) throw new RangeError(`${name} is not counted`);
    return native;
  }

  bindText(prototype: string): ReturnType<NativeLibrary['bindText']> {
    return this.#library.bindText(prototype);
  }

  addressOf(name: string): number {
    return this.#library.addressOf(name);
  }

  #counted(native: NativeFunction, kind: string): NativeFunction {
    return (...args) => {
      const result = native(...args);
      if (result > 0) this.made += 1;
      if (result > 0) this.#count(kind, 1);
      return result;
    };
  }

  #freeing(native: NativeFunction, kind: string): NativeFunction {
    return (...args) => {
      // Freeing NULL is nothing.
      if (args[0] !== 0) this.#count(kind, -1);
      return native(...args);
    };
  }

  #count(kind: string, by: number): void {
    this.#alive.set(kind, (this.#alive.get(kind) ?? 0) + by);
  }
}
