import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import { allocate, openLibrary, type NativeFunction, type NativeLibrary } from '../ffi.ts';
import { verifyName } from '../verify-name.ts';

const FUNCTIONS = {
  ERR_clear_error: 'void ERR_clear_error()',
  OPENSSL_sk_free: 'void OPENSSL_sk_free(uintptr_t stack)',
  OPENSSL_sk_new_null: 'uintptr_t OPENSSL_sk_new_null()',
  OPENSSL_sk_push: 'int OPENSSL_sk_push(uintptr_t stack, uintptr_t item)',
  X509_STORE_CTX_free: 'void X509_STORE_CTX_free(uintptr_t context)',
  X509_STORE_CTX_get0_param: 'uintptr_t X509_STORE_CTX_get0_param(uintptr_t context)',
  X509_STORE_CTX_get_error: 'int X509_STORE_CTX_get_error(uintptr_t context)',
  X509_STORE_CTX_init: 'int X509_STORE_CTX_init(uintptr_t context, uintptr_t store, uintptr_t leaf, uintptr_t chain)',
  X509_STORE_CTX_new: 'uintptr_t X509_STORE_CTX_new()',
  X509_STORE_CTX_set_default: 'int X509_STORE_CTX_set_default(uintptr_t context, const char *purpose)',
  X509_STORE_add_cert: 'int X509_STORE_add_cert(uintptr_t store, uintptr_t certificate)',
  X509_STORE_free: 'void X509_STORE_free(uintptr_t store)',
  X509_STORE_new: 'uintptr_t X509_STORE_new()',
  X509_VERIFY_PARAM_set1_host: 'int X509_VERIFY_PARAM_set1_host(uintptr_t parameters, const char *name, size_t length)',
  X509_VERIFY_PARAM_set1_ip_asc: 'int X509_VERIFY_PARAM_set1_ip_asc(uintptr_t parameters, const char *address)',
  X509_VERIFY_PARAM_set_auth_level: 'void X509_VERIFY_PARAM_set_auth_level(uintptr_t parameters, int level)',
  X509_free: 'void X509_free(uintptr_t certificate)',
  X509_verify_cert: 'int X509_verify_cert(uintptr_t context)',
  d2i_X509: 'uintptr_t d2i_X509(uintptr_t out, uintptr_t bytes, long length)',
} as const;

type X509 = Readonly<Record<keyof typeof FUNCTIONS, NativeFunction>>;

/** libssl's own default: keys of 80 bits of security and more. */
const SECURITY_LEVEL = 1;

/**
 * Verifies certificate chains with OpenSSL's own verification, as libssl does, once per distinct chain: names, dates, purposes,
 * constraints, and not a second opinion of ours.
 */
export class Trust {
  readonly #x509: X509;
  readonly #stores = new Map<string, number>();

  constructor(library: NativeLibrary = openLibrary(null)) {
    const bound = Object.entries(FUNCTIONS).map(([name, prototype]) => [name, library.bind(prototype)] as const);
    this.#x509 = Object.fromEntries(bound) as X509;
  }

  /**
   * @param chain DER of the leaf, then of what else the server sent.
   * @param name host name or address that the leaf must be for.
   * @param ca PEM of the authorities to trust instead of node's.
   * @returns why the chain is not to be trusted, `undefined` when it is.
   */
  objection(chain: readonly Uint8Array[], name: string, ca: string | undefined): string | undefined {
    const x509 = this.#x509;
    const [leaf, ...others] = chain.map((der) => this.#parse(der));
    const issuers = x509.OPENSSL_sk_new_null();
    for (const issuer of others) x509.OPENSSL_sk_push(issuers, issuer);
    const context = x509.X509_STORE_CTX_new();
    try {
      if (leaf === undefined || leaf === 0 || others.includes(0)) return 'not_a_certificate';
      x509.X509_STORE_CTX_init(context, this.#store(ca ?? rootCertificates.join('\n')), leaf, issuers);
      x509.X509_STORE_CTX_set_default(context, 'ssl_server');
      const parameters = x509.X509_STORE_CTX_get0_param(context);
      x509.X509_VERIFY_PARAM_set_auth_level(parameters, SECURITY_LEVEL);
      const isNamed =
        isIP(name) === 0
          ? x509.X509_VERIFY_PARAM_set1_host(parameters, name, name.length)
          : x509.X509_VERIFY_PARAM_set1_ip_asc(parameters, name);
      if (isNamed !== 1) return 'name_mismatch';
      return x509.X509_verify_cert(context) === 1 ? undefined : verifyName(x509.X509_STORE_CTX_get_error(context));
    } finally {
      x509.X509_STORE_CTX_free(context);
      x509.OPENSSL_sk_free(issuers);
      for (const certificate of [leaf ?? 0, ...others]) x509.X509_free(certificate);
      x509.ERR_clear_error();
    }
  }

  close(): void {
    for (const store of this.#stores.values()) this.#x509.X509_STORE_free(store);
    this.#stores.clear();
  }

  #store(pem: string): number {
    const kept = this.#stores.get(pem);
    if (kept !== undefined) return kept;
    const x509 = this.#x509;
    const store = x509.X509_STORE_new();
    for (const [, text = ''] of pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/gu)) {
      const certificate = this.#parse(Buffer.from(text, 'base64'));
      if (certificate === 0) continue;
      x509.X509_STORE_add_cert(store, certificate);
      x509.X509_free(certificate);
    }
    x509.ERR_clear_error();
    this.#stores.set(pem, store);
    return store;
  }

  /** @returns an X509 to free, 0 when the bytes are none. */
  #parse(der: Uint8Array): number {
    const memory = allocate(8 + der.length);
    memory.bytes.writeBigUInt64LE(BigInt(memory.address + 8), 0);
    memory.bytes.set(der, 8);
    return this.#x509.d2i_X509(0, memory.address, der.length);
  }
}
