import { openLibrary, type NativeFunction } from '../../../engine/ffi.ts';
import { bindAll, bindOpenSsl, type OpenSsl } from '../../../engine/openssl/library.ts';
import { openLibc, type Libc } from '../../../engine/reactor/libc.ts';

/** The libssl inside the Node binary, with what only servers call. */
export interface ServerSsl extends OpenSsl {
  readonly server: Readonly<Record<keyof typeof SERVER_FUNCTIONS, NativeFunction>>;
  /** Returns the name that a client asks for; null when it asks for none. */
  readonly serverName: (ssl: number) => string | null;
}

/** The C library, with what only servers call. */
export interface ServerLibc extends Libc {
  readonly accept: NativeFunction;
  readonly getsockname: NativeFunction;
  readonly listen: NativeFunction;
  readonly shutdown: NativeFunction;
}

const SERVER_FUNCTIONS = {
  CRYPTO_malloc: 'uintptr_t CRYPTO_malloc(size_t length, const char *file, int line)',
  EVP_DecryptInit_ex:
    'int EVP_DecryptInit_ex(uintptr_t context, uintptr_t cipher, uintptr_t engine, uintptr_t key, uintptr_t iv)',
  EVP_EncryptInit_ex:
    'int EVP_EncryptInit_ex(uintptr_t context, uintptr_t cipher, uintptr_t engine, uintptr_t key, uintptr_t iv)',
  EVP_MAC_CTX_set_params: 'int EVP_MAC_CTX_set_params(uintptr_t context, uintptr_t parameters)',
  EVP_aes_256_cbc: 'uintptr_t EVP_aes_256_cbc()',
  RAND_bytes: 'int RAND_bytes(uintptr_t bytes, int length)',
  SSL_CTX_callback_ctrl: 'long SSL_CTX_callback_ctrl(uintptr_t context, int command, void *callback)',
  SSL_CTX_set_max_early_data: 'int SSL_CTX_set_max_early_data(uintptr_t context, uint32_t bytes)',
  SSL_CTX_set_num_tickets: 'int SSL_CTX_set_num_tickets(uintptr_t context, size_t tickets)',
  SSL_CTX_set_session_id_context: 'int SSL_CTX_set_session_id_context(uintptr_t context, uintptr_t bytes, unsigned int length)',
  SSL_CTX_set_session_ticket_cb:
    'int SSL_CTX_set_session_ticket_cb(uintptr_t context, void *made, void *shown, uintptr_t argument)',
  SSL_CTX_set_timeout: 'long SSL_CTX_set_timeout(uintptr_t context, long seconds)',
  SSL_CTX_set_tlsext_ticket_key_evp_cb: 'int SSL_CTX_set_tlsext_ticket_key_evp_cb(uintptr_t context, void *callback)',
  SSL_SESSION_get0_ticket_appdata: 'int SSL_SESSION_get0_ticket_appdata(uintptr_t session, uintptr_t bytes, uintptr_t length)',
  SSL_SESSION_set1_ticket_appdata: 'int SSL_SESSION_set1_ticket_appdata(uintptr_t session, uintptr_t bytes, size_t length)',
  SSL_get_SSL_CTX: 'uintptr_t SSL_get_SSL_CTX(uintptr_t ssl)',
  SSL_new_session_ticket: 'int SSL_new_session_ticket(uintptr_t ssl)',
  SSL_read_early_data: 'int SSL_read_early_data(uintptr_t ssl, uintptr_t bytes, size_t length, uintptr_t read)',
  SSL_set_SSL_CTX: 'uintptr_t SSL_set_SSL_CTX(uintptr_t ssl, uintptr_t context)',
  SSL_set_accept_state: 'void SSL_set_accept_state(uintptr_t ssl)',
  SSL_set_fd: 'int SSL_set_fd(uintptr_t ssl, int fd)',
  SSL_set_wfd: 'int SSL_set_wfd(uintptr_t ssl, int fd)',
  TLS_server_method: 'uintptr_t TLS_server_method()',
  memcmp: 'int memcmp(uintptr_t one, uintptr_t other, size_t length)',
  memcpy: 'uintptr_t memcpy(uintptr_t to, uintptr_t from, size_t length)',
} as const;

/** What the server on libssl is made of. */
export interface NativeParts {
  readonly openssl: ServerSsl;
  readonly libc: ServerLibc;
  /**
   * The descriptor that is readable while Node's own loop has something to do: messages of the parent, signals. A loop of ours that
   * waits for it too need not look for them again and again.
   */
  readonly nodeLoop: number;
}

/** @throws ResumarkError ENGINE where native functions cannot be called, one is missing, or the platform is not Linux. */
export const openNativeParts = (): NativeParts => ({
  openssl: openServerSsl(),
  libc: openServerLibc(),
  nodeLoop: nodeLoopDescriptor(),
});

const openServerSsl = (): ServerSsl => {
  const library = openLibrary(null);
  const serverName = library.bindText('const char *SSL_get_servername(uintptr_t ssl, int type)');
  return {
    ...bindOpenSsl(library),
    server: bindAll(library, SERVER_FUNCTIONS),
    serverName: (ssl) => serverName(ssl, HOST_NAME),
  };
};

const openServerLibc = (): ServerLibc => {
  const library = openLibrary('libc.so.6');
  return {
    ...openLibc(),
    accept: library.bind('int accept4(int fd, uintptr_t address, uintptr_t length, int flags)'),
    getsockname: library.bind('int getsockname(int fd, uintptr_t address, uintptr_t length)'),
    listen: library.bind('int listen(int fd, int backlog)'),
    shutdown: library.bind('int shutdown(int fd, int how)'),
  };
};

const nodeLoopDescriptor = (): number => {
  const node = openLibrary(null);
  const loop = node.bind('uintptr_t uv_default_loop()')();
  return node.bind('int uv_backend_fd(uintptr_t loop)')(loop);
};

/** TLSEXT_NAMETYPE_host_name */
const HOST_NAME = 0;

/** Commands of SSL_CTX_ctrl that are macros in C, and options (openssl/ssl.h). */
export const SSL_CTRL_MODE = 33;
export const SSL_CTRL_SET_READ_AHEAD = 41;
export const SSL_CTRL_SET_SESS_CACHE_SIZE = 42;
export const SSL_CTRL_SET_TLSEXT_SERVERNAME_CB = 53;
export const SSL_CTRL_SET_TLSEXT_TICKET_KEYS = 59;
export const SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB = 63;
export const SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP = 71;
export const SSL_MODE_NO_AUTO_CHAIN = 0x8;
export const SSL_VERIFY_FAIL_IF_NO_PEER_CERT = 0x2;
export const SSL_SESS_CACHE_OFF = 0;
export const SSL_SESS_CACHE_SERVER = 0x2;
export const SSL_SESS_CACHE_NO_AUTO_CLEAR = 0x80;
export const SSL_OP_CIPHER_SERVER_PREFERENCE = 1n << 22n;
