import { allocate, type NativeFunction, type NativeLibrary, type NativeMemory } from '../ffi.ts';

/** Functions of libssl and libcrypto that the engine calls. Pointers are numbers, 0 is NULL. */
export interface OpenSsl {
  /** Version as the library states it: `OpenSSL 3.5.8 ...`. */
  readonly version: string;
  readonly ssl: Readonly<Record<keyof typeof SSL_FUNCTIONS, NativeFunction>>;
  /**
   * Address of a native function that says yes to whatever it is asked: `OPENSSL_version_major`, which looks at no argument and returns 3.
   * A script function called back in its place would cost more than what it saves.
   */
  readonly yes: number;
  readonly text: Readonly<Record<keyof typeof TEXT_FUNCTIONS, (...args: (number | bigint)[]) => string | null>>;
  /**
   * Room for two out parameters of a call. It belongs to the library and not to a module: where koffi does not load, importing the engine
   * must not fail.
   */
  readonly outParameters: NativeMemory;
}

const SSL_FUNCTIONS = {
  BIO_ctrl: 'long BIO_ctrl(uintptr_t bio, int command, long number, uintptr_t pointer)',
  BIO_free: 'int BIO_free(uintptr_t bio)',
  BIO_new: 'uintptr_t BIO_new(uintptr_t method)',
  BIO_new_mem_buf: 'uintptr_t BIO_new_mem_buf(uintptr_t bytes, int length)',
  BIO_read: 'int BIO_read(uintptr_t bio, uintptr_t bytes, int length)',
  BIO_s_mem: 'uintptr_t BIO_s_mem()',
  BIO_up_ref: 'int BIO_up_ref(uintptr_t bio)',
  BIO_write: 'int BIO_write(uintptr_t bio, uintptr_t bytes, int length)',
  ERR_clear_error: 'void ERR_clear_error()',
  ERR_get_error: 'unsigned long ERR_get_error()',
  EVP_PKEY_free: 'void EVP_PKEY_free(uintptr_t key)',
  PEM_read_bio_PrivateKey:
    'uintptr_t PEM_read_bio_PrivateKey(uintptr_t bio, uintptr_t out, uintptr_t callback, uintptr_t argument)',
  PEM_read_bio_X509: 'uintptr_t PEM_read_bio_X509(uintptr_t bio, uintptr_t out, uintptr_t callback, uintptr_t argument)',
  SSL_CTX_check_private_key: 'int SSL_CTX_check_private_key(uintptr_t context)',
  SSL_CTX_ctrl: 'long SSL_CTX_ctrl(uintptr_t context, int command, long number, uintptr_t pointer)',
  SSL_CTX_free: 'void SSL_CTX_free(uintptr_t context)',
  SSL_CTX_get0_param: 'uintptr_t SSL_CTX_get0_param(uintptr_t context)',
  SSL_CTX_new: 'uintptr_t SSL_CTX_new(uintptr_t method)',
  SSL_CTX_set1_cert_store: 'void SSL_CTX_set1_cert_store(uintptr_t context, uintptr_t store)',
  SSL_CTX_set_keylog_callback: 'void SSL_CTX_set_keylog_callback(uintptr_t context, void *callback)',
  SSL_CTX_set_alpn_protos: 'int SSL_CTX_set_alpn_protos(uintptr_t context, uintptr_t protocols, unsigned int length)',
  SSL_CTX_set_cert_verify_callback:
    'void SSL_CTX_set_cert_verify_callback(uintptr_t context, uintptr_t callback, uintptr_t argument)',
  SSL_CTX_set_cipher_list: 'int SSL_CTX_set_cipher_list(uintptr_t context, const char *list)',
  SSL_CTX_set_ciphersuites: 'int SSL_CTX_set_ciphersuites(uintptr_t context, const char *list)',
  SSL_CTX_set_options: 'uint64_t SSL_CTX_set_options(uintptr_t context, uint64_t options)',
  SSL_CTX_set_verify: 'void SSL_CTX_set_verify(uintptr_t context, int mode, uintptr_t callback)',
  SSL_CTX_use_PrivateKey: 'int SSL_CTX_use_PrivateKey(uintptr_t context, uintptr_t key)',
  SSL_CTX_use_certificate: 'int SSL_CTX_use_certificate(uintptr_t context, uintptr_t certificate)',
  SSL_SESSION_free: 'void SSL_SESSION_free(uintptr_t session)',
  SSL_SESSION_get0_ticket: 'void SSL_SESSION_get0_ticket(uintptr_t session, uintptr_t ticket, uintptr_t length)',
  SSL_SESSION_get_max_early_data: 'uint32_t SSL_SESSION_get_max_early_data(uintptr_t session)',
  SSL_SESSION_get_ticket_lifetime_hint: 'unsigned long SSL_SESSION_get_ticket_lifetime_hint(uintptr_t session)',
  SSL_SESSION_is_resumable: 'int SSL_SESSION_is_resumable(uintptr_t session)',
  SSL_ctrl: 'long SSL_ctrl(uintptr_t ssl, int command, long number, uintptr_t pointer)',
  SSL_do_handshake: 'int SSL_do_handshake(uintptr_t ssl)',
  SSL_free: 'void SSL_free(uintptr_t ssl)',
  SSL_get0_alpn_selected: 'void SSL_get0_alpn_selected(uintptr_t ssl, uintptr_t protocol, uintptr_t length)',
  SSL_get1_peer_certificate: 'uintptr_t SSL_get1_peer_certificate(uintptr_t ssl)',
  SSL_get1_session: 'uintptr_t SSL_get1_session(uintptr_t ssl)',
  SSL_get_current_cipher: 'uintptr_t SSL_get_current_cipher(uintptr_t ssl)',
  SSL_get_early_data_status: 'int SSL_get_early_data_status(uintptr_t ssl)',
  SSL_get_error: 'int SSL_get_error(uintptr_t ssl, int result)',
  SSL_get_sigalgs:
    'int SSL_get_sigalgs(uintptr_t ssl, int index, uintptr_t sign, uintptr_t hash, uintptr_t pair, uintptr_t rawSign, uintptr_t rawHash)',
  SSL_get_session: 'uintptr_t SSL_get_session(uintptr_t ssl)',
  SSL_get_verify_result: 'long SSL_get_verify_result(uintptr_t ssl)',
  SSL_new: 'uintptr_t SSL_new(uintptr_t context)',
  SSL_read: 'int SSL_read(uintptr_t ssl, uintptr_t bytes, int length)',
  SSL_session_reused: 'int SSL_session_reused(uintptr_t ssl)',
  SSL_set_bio: 'void SSL_set_bio(uintptr_t ssl, uintptr_t input, uintptr_t output)',
  SSL_set_connect_state: 'void SSL_set_connect_state(uintptr_t ssl)',
  SSL_set_msg_callback: 'void SSL_set_msg_callback(uintptr_t ssl, void *callback)',
  SSL_set_session: 'int SSL_set_session(uintptr_t ssl, uintptr_t session)',
  SSL_set_shutdown: 'void SSL_set_shutdown(uintptr_t ssl, int mode)',
  SSL_shutdown: 'int SSL_shutdown(uintptr_t ssl)',
  SSL_version: 'int SSL_version(uintptr_t ssl)',
  SSL_write: 'int SSL_write(uintptr_t ssl, uintptr_t bytes, int length)',
  SSL_write_early_data: 'int SSL_write_early_data(uintptr_t ssl, uintptr_t bytes, size_t length, uintptr_t written)',
  TLS_client_method: 'uintptr_t TLS_client_method()',
  X509_STORE_add_cert: 'int X509_STORE_add_cert(uintptr_t store, uintptr_t certificate)',
  X509_STORE_free: 'void X509_STORE_free(uintptr_t store)',
  X509_STORE_new: 'uintptr_t X509_STORE_new()',
  X509_VERIFY_PARAM_set1_host: 'int X509_VERIFY_PARAM_set1_host(uintptr_t parameters, const char *name, size_t length)',
  X509_VERIFY_PARAM_set1_ip_asc: 'int X509_VERIFY_PARAM_set1_ip_asc(uintptr_t parameters, const char *address)',
  X509_free: 'void X509_free(uintptr_t certificate)',
  d2i_SSL_SESSION: 'uintptr_t d2i_SSL_SESSION(uintptr_t out, uintptr_t bytes, long length)',
  i2d_SSL_SESSION: 'int i2d_SSL_SESSION(uintptr_t session, uintptr_t out)',
  i2d_X509: 'int i2d_X509(uintptr_t certificate, uintptr_t out)',
} as const;

const TEXT_FUNCTIONS = {
  ERR_reason_error_string: 'const char *ERR_reason_error_string(unsigned long error)',
  OpenSSL_version: 'const char *OpenSSL_version(int what)',
  SSL_CIPHER_get_name: 'const char *SSL_CIPHER_get_name(uintptr_t cipher)',
  SSL_group_to_name: 'const char *SSL_group_to_name(uintptr_t ssl, int id)',
} as const;

/** Binds libssl of OpenSSL 3. @throws ResumarkError ENGINE when a function is missing. */
export const bindOpenSsl = (library: NativeLibrary): OpenSsl => {
  const ssl = bindAll(library, SSL_FUNCTIONS);
  const text = mapValues(TEXT_FUNCTIONS, (prototype) => library.bindText(prototype));
  const yes = library.addressOf('OPENSSL_version_major');
  return { version: text.OpenSSL_version(0) ?? 'OpenSSL', ssl, yes, text, outParameters: allocate(16) };
};

/** Binds functions by their prototypes. @throws ResumarkError ENGINE when one is missing. */
export const bindAll = <Name extends string>(
  library: NativeLibrary,
  prototypes: Readonly<Record<Name, string>>,
): Record<Name, NativeFunction> => mapValues(prototypes, (prototype) => library.bind(prototype));

const mapValues = <Key extends string, Value>(
  prototypes: Readonly<Record<Key, string>>,
  make: (prototype: string) => Value,
): Record<Key, Value> =>
  Object.fromEntries(Object.entries<string>(prototypes).map(([name, prototype]) => [name, make(prototype)])) as Record<
    Key,
    Value
  >;

/** Commands of SSL_CTX_ctrl and SSL_ctrl that are macros in C (openssl/ssl.h). */
export const SSL_CTRL_SET_SESS_CACHE_MODE = 44;
export const SSL_CTRL_SET_TLSEXT_HOSTNAME = 55;
export const SSL_CTRL_SET_STATUS_REQUEST = 65;
export const SSL_CTRL_SET_GROUPS_LIST = 92;
export const SSL_CTRL_SET_MIN_PROTO_VERSION = 123;
export const SSL_CTRL_SET_MAX_PROTO_VERSION = 124;
export const SSL_CTRL_GET_NEGOTIATED_GROUP = 134;
export const SSL_CTRL_EXTRA_CHAIN_CERT = 14;
export const SSL_CTRL_CLEAR_EXTRA_CHAIN_CERTS = 83;

/** Options, as bits, and other numbers of the API. */
export const SSL_OP_NO_TICKET = 1n << 14n;
export const SSL_VERIFY_NONE = 0;
export const SSL_VERIFY_PEER = 1;
export const SSL_SENT_AND_RECEIVED_SHUTDOWN = 3;

/** TLSEXT_STATUSTYPE_ocsp */
export const STATUS_TYPE_OCSP = 1;

export const SSL_ERROR_WANT_READ = 2;
export const SSL_ERROR_ZERO_RETURN = 6;
export const BIO_C_SET_BUF_MEM_EOF_RETURN = 130;
export const BIO_CTRL_RESET = 1;
