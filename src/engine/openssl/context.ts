import { DEFAULT_CIPHERS, rootCertificates } from 'node:tls';
import { isIP } from 'node:net';
import type { Protocol } from '../../domain/protocol.ts';
import type { ClientSettings } from '../engine.ts';
import { logKeys } from '../key-log.ts';
import { allocate, cString, registerCallback, type NativeCallback } from '../ffi.ts';
import type { ReactorClient } from '../reactor/reactor.ts';
import { socketAddress } from '../reactor/socket-address.ts';
import { readCertificates, requireTaken, useCiphers, useGroups, useIdentity } from './configure.ts';
import {
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
    useCiphers(this.#openssl, context, settings.ciphers ?? DEFAULT_CIPHERS);
    if (settings.groups !== undefined) useGroups(this.#openssl, context, settings.groups);
    this.#setVerification(context, settings);
    if (settings.identity !== undefined) useIdentity(this.#openssl, context, settings.identity, 'client');
    if (settings.alpn.length > 0) this.#setAlpn(context, settings.alpn);
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
    for (const certificate of readCertificates(this.#openssl, pem)) {
      ssl.X509_STORE_add_cert(store, certificate);
      ssl.X509_free(certificate);
    }
    ssl.ERR_clear_error();
    this.#stores.set(pem, store);
    return store;
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
    requireTaken(this.#openssl, result, what);
  }
}
