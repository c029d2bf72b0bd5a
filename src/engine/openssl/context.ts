import { DEFAULT_CIPHERS, rootCertificates } from 'node:tls';
import { isIP } from 'node:net';
import { ResumarkError } from '../../domain/error.ts';
import type { Protocol } from '../../domain/protocol.ts';
import type { ClientSettings } from '../engine.ts';
import { logKeys } from '../key-log.ts';
import { allocate, registerCallback, type NativeCallback } from '../ffi.ts';
import type { ReactorClient } from '../reactor/reactor.ts';
import { socketAddress } from '../reactor/socket-address.ts';
import { takeReason } from './failure.ts';
import {
  SSL_CTRL_EXTRA_CHAIN_CERT,
  SSL_CTRL_SET_GROUPS_LIST,
  SSL_CTRL_SET_MAX_PROTO_VERSION,
  SSL_CTRL_SET_MIN_PROTO_VERSION,
  SSL_CTRL_SET_SESS_CACHE_MODE,
  SSL_OP_NO_TICKET,
  SSL_VERIFY_NONE,
  SSL_VERIFY_PEER,
  type OpenSsl,
} from './library.ts';

const VERSIONS: Readonly<Record<Protocol, number>> = { 'TLSv1.2': 0x0303, 'TLSv1.3': 0x0304 };

/** An `SSL_CTX`, and what else all connections of a client share. */
export interface OpenSslClient extends ReactorClient {
  readonly context: number;
  /** SNI as a C string in memory that stays; `undefined` sends none. */
  readonly serverName: { readonly address: number } | undefined;
}

/** Makes contexts; certificate stores are kept, since parsing the system's 140 authorities takes longer than many handshakes. */
export class Contexts {
  readonly #openssl: OpenSsl;
  readonly #stores = new Map<string, number>();

  constructor(openssl: OpenSsl) {
    this.#openssl = openssl;
  }

  /** @throws ResumarkError ENGINE naming the setting that OpenSSL does not take. */
  client(settings: ClientSettings): OpenSslClient {
    const { ssl } = this.#openssl;
    const context = ssl.SSL_CTX_new(ssl.TLS_client_method());
    const keyLog = settings.keyLog === undefined ? undefined : this.#logKeys(context, settings.keyLog);
    try {
      this.#apply(context, settings);
    } catch (error) {
      ssl.SSL_CTX_free(context);
      keyLog?.close();
      throw error;
    }
    const name = settings.serverName;
    return {
      settings,
      context,
      address: socketAddress(settings.address, settings.port),
      sources: settings.sources.map((source) => socketAddress(source, 0)),
      serverName: name === undefined || isIP(name) !== 0 ? undefined : cString(name),
      close: () => {
        ssl.SSL_CTX_free(context);
        keyLog?.close();
      },
    };
  }

  close(): void {
    for (const store of this.#stores.values()) this.#openssl.ssl.X509_STORE_free(store);
    this.#stores.clear();
  }

  #logKeys(context: number, path: string): NativeCallback {
    const callback = registerCallback('void KeyLog(uintptr_t ssl, const char *line)', (_ssl, line) => {
      logKeys(path, `${String(line)}\n`);
    });
    this.#openssl.ssl.SSL_CTX_set_keylog_callback(context, callback.pointer);
    return callback;
  }

  #apply(context: number, settings: ClientSettings): void {
    const { ssl } = this.#openssl;
    const version = VERSIONS[settings.protocol];
    ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, version, 0);
    ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, version, 0);
    // Sessions are kept by virtual clients; an implicit cache would resume unasked.
    ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, 0, 0);
    // RFC 5077, section 3.4: a client that shows a ticket is never resumed by its session ID.
    if (settings.mode === 'session-id') ssl.SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    this.#setCiphers(context, settings.ciphers ?? DEFAULT_CIPHERS);
    this.#setGroups(context, settings.groups);
    this.#setVerification(context, settings);
    if (settings.identity !== undefined) this.#setIdentity(context, settings.identity);
    if (settings.alpn.length > 0) this.#setAlpn(context, settings.alpn);
  }

  /** Splits the list as node:tls does: suites of TLS 1.3 are those whose name begins with TLS_. Its default list makes the engines alike. */
  #setCiphers(context: number, list: string): void {
    const { ssl } = this.#openssl;
    const names = list.split(':');
    const suites = names.filter((name) => name.startsWith('TLS_')).join(':');
    const ciphers = names.filter((name) => !name.startsWith('TLS_')).join(':');
    if (suites !== '') this.#require(ssl.SSL_CTX_set_ciphersuites(context, suites), `the cipher suites ${suites}`);
    if (ciphers !== '') this.#require(ssl.SSL_CTX_set_cipher_list(context, ciphers), `the ciphers ${ciphers}`);
  }

  #setGroups(context: number, groups: string | undefined): void {
    if (groups === undefined) return;
    const list = cString(groups);
    this.#require(this.#openssl.ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_GROUPS_LIST, 0, list.address), `the groups ${groups}`);
  }

  #setVerification(context: number, { verify, ca, serverName, address }: ClientSettings): void {
    const { ssl, yes } = this.#openssl;
    ssl.SSL_CTX_set_verify(context, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, 0);
    if (!verify) {
      // SSL_VERIFY_NONE alone builds and checks the chain all the same, and then ignores what came of it.
      ssl.SSL_CTX_set_cert_verify_callback(context, yes, 0);
      return;
    }
    ssl.SSL_CTX_set1_cert_store(context, this.#store(ca ?? rootCertificates.join('\n')));
    const parameters = ssl.SSL_CTX_get0_param(context);
    const name = serverName ?? address;
    if (isIP(name) === 0) this.#require(ssl.X509_VERIFY_PARAM_set1_host(parameters, name, name.length), `the name ${name}`);
    else this.#require(ssl.X509_VERIFY_PARAM_set1_ip_asc(parameters, name), `the address ${name}`);
  }

  #store(pem: string): number {
    const kept = this.#stores.get(pem);
    if (kept !== undefined) return kept;
    const { ssl } = this.#openssl;
    const store = ssl.X509_STORE_new();
    for (const certificate of this.#readCertificates(pem)) {
      ssl.X509_STORE_add_cert(store, certificate);
      ssl.X509_free(certificate);
    }
    ssl.ERR_clear_error();
    this.#stores.set(pem, store);
    return store;
  }

  #setIdentity(context: number, identity: { readonly cert: string; readonly key: string }): void {
    const { ssl } = this.#openssl;
    const [leaf, ...chain] = this.#readCertificates(identity.cert);
    const hasTakenLeaf = leaf === undefined ? 0 : ssl.SSL_CTX_use_certificate(context, leaf);
    ssl.X509_free(leaf ?? 0);
    // The context takes these over.
    for (const issuer of chain) ssl.SSL_CTX_ctrl(context, SSL_CTRL_EXTRA_CHAIN_CERT, 0, issuer);
    this.#require(hasTakenLeaf, 'the client certificate');
    const key = this.#withBio(identity.key, (bio) => ssl.PEM_read_bio_PrivateKey(bio, 0, 0, 0));
    const hasTakenKey = key === 0 ? 0 : ssl.SSL_CTX_use_PrivateKey(context, key);
    ssl.EVP_PKEY_free(key);
    this.#require(hasTakenKey, "the client certificate's key");
    this.#require(ssl.SSL_CTX_check_private_key(context), "the key for the client certificate: they don't belong together,");
  }

  #readCertificates(pem: string): number[] {
    const { ssl } = this.#openssl;
    return this.#withBio(pem, (bio) => {
      const certificates: number[] = [];
      for (;;) {
        const certificate = ssl.PEM_read_bio_X509(bio, 0, 0, 0);
        if (certificate === 0) break;
        certificates.push(certificate);
      }
      // The end of the text is an error to the PEM reader.
      ssl.ERR_clear_error();
      return certificates;
    });
  }

  #withBio<Result>(text: string, read: (bio: number) => Result): Result {
    const { ssl } = this.#openssl;
    const memory = cString(text);
    const bio = ssl.BIO_new_mem_buf(memory.address, memory.bytes.length - 1);
    try {
      return read(bio);
    } finally {
      ssl.BIO_free(bio);
    }
  }

  /** Sets the wire form (RFC 7301): each name after its length. Unlike the rest of OpenSSL, 0 is success. */
  #setAlpn(context: number, names: readonly string[]): void {
    const wire = Buffer.concat(names.map((name) => Buffer.concat([Buffer.of(name.length), Buffer.from(name)])));
    const memory = allocate(wire.length);
    wire.copy(memory.bytes);
    const result = this.#openssl.ssl.SSL_CTX_set_alpn_protos(context, memory.address, wire.length);
    this.#require(result === 0 ? 1 : 0, `the application protocols ${names.join(', ')}`);
  }

  #require(result: number, what: string): void {
    if (result > 0) return;
    throw new ResumarkError('ENGINE', `${this.#openssl.version} does not take ${what}: ${takeReason(this.#openssl)}.`);
  }
}

const cString = (text: string) => {
  const bytes = Buffer.from(`${text}\0`);
  const memory = allocate(bytes.length);
  bytes.copy(memory.bytes);
  return memory;
};
