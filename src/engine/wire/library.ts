import { openLibrary, type NativeFunction, type NativeLibrary } from '../ffi.ts';

/** Functions of libcrypto that the engine calls; pointers and sizes are numbers, 0 is NULL. */
export type LibCrypto = Readonly<Record<keyof typeof FUNCTIONS, NativeFunction>> & {
  /** Functions that not every build exports. Each has a slower public way beside it. */
  readonly optional: Readonly<Partial<Record<keyof typeof OPTIONAL, NativeFunction>>>;
  readonly version: string;
};

const FUNCTIONS = {
  ERR_clear_error: 'void ERR_clear_error()',
  EVP_CIPHER_CTX_ctrl: 'int EVP_CIPHER_CTX_ctrl(uintptr_t context, int command, int number, uintptr_t pointer)',
  EVP_CIPHER_CTX_free: 'void EVP_CIPHER_CTX_free(uintptr_t context)',
  EVP_CIPHER_CTX_new: 'uintptr_t EVP_CIPHER_CTX_new()',
  EVP_CIPHER_fetch: 'uintptr_t EVP_CIPHER_fetch(uintptr_t library, const char *name, uintptr_t properties)',
  EVP_CIPHER_free: 'void EVP_CIPHER_free(uintptr_t cipher)',
  EVP_CipherFinal_ex: 'int EVP_CipherFinal_ex(uintptr_t context, uintptr_t out, uintptr_t length)',
  EVP_CipherInit_ex:
    'int EVP_CipherInit_ex(uintptr_t context, uintptr_t cipher, uintptr_t engine, uintptr_t key, uintptr_t iv, int seals)',
  EVP_CipherUpdate: 'int EVP_CipherUpdate(uintptr_t context, uintptr_t out, uintptr_t outLength, uintptr_t bytes, int length)',
  EVP_DigestFinal_ex: 'int EVP_DigestFinal_ex(uintptr_t context, uintptr_t out, uintptr_t length)',
  EVP_DigestInit_ex: 'int EVP_DigestInit_ex(uintptr_t context, uintptr_t digest, uintptr_t engine)',
  EVP_DigestUpdate: 'int EVP_DigestUpdate(uintptr_t context, uintptr_t bytes, size_t length)',
  EVP_DigestVerify: 'int EVP_DigestVerify(uintptr_t context, uintptr_t signature, size_t size, uintptr_t bytes, size_t length)',
  EVP_DigestVerifyInit:
    'int EVP_DigestVerifyInit(uintptr_t context, uintptr_t keyContext, uintptr_t digest, uintptr_t engine, uintptr_t key)',
  EVP_MD_CTX_copy_ex: 'int EVP_MD_CTX_copy_ex(uintptr_t to, uintptr_t from)',
  EVP_MD_CTX_free: 'void EVP_MD_CTX_free(uintptr_t context)',
  EVP_MD_CTX_new: 'uintptr_t EVP_MD_CTX_new()',
  EVP_MD_fetch: 'uintptr_t EVP_MD_fetch(uintptr_t library, const char *name, uintptr_t properties)',
  EVP_MD_free: 'void EVP_MD_free(uintptr_t digest)',
  EVP_PKEY_CTX_free: 'void EVP_PKEY_CTX_free(uintptr_t context)',
  EVP_PKEY_CTX_new_from_name: 'uintptr_t EVP_PKEY_CTX_new_from_name(uintptr_t library, const char *name, uintptr_t properties)',
  EVP_PKEY_CTX_new_from_pkey: 'uintptr_t EVP_PKEY_CTX_new_from_pkey(uintptr_t library, uintptr_t key, uintptr_t properties)',
  EVP_PKEY_CTX_set_group_name: 'int EVP_PKEY_CTX_set_group_name(uintptr_t context, const char *name)',
  EVP_PKEY_CTX_set_rsa_padding: 'int EVP_PKEY_CTX_set_rsa_padding(uintptr_t context, int padding)',
  EVP_PKEY_CTX_set_rsa_pss_saltlen: 'int EVP_PKEY_CTX_set_rsa_pss_saltlen(uintptr_t context, int length)',
  EVP_PKEY_CTX_set_signature_md: 'int EVP_PKEY_CTX_set_signature_md(uintptr_t context, uintptr_t digest)',
  EVP_PKEY_copy_parameters: 'int EVP_PKEY_copy_parameters(uintptr_t to, uintptr_t from)',
  EVP_PKEY_decapsulate:
    'int EVP_PKEY_decapsulate(uintptr_t context, uintptr_t secret, uintptr_t secretLength, uintptr_t bytes, size_t length)',
  EVP_PKEY_decapsulate_init: 'int EVP_PKEY_decapsulate_init(uintptr_t context, uintptr_t parameters)',
  EVP_PKEY_derive: 'int EVP_PKEY_derive(uintptr_t context, uintptr_t secret, uintptr_t length)',
  EVP_PKEY_derive_init: 'int EVP_PKEY_derive_init(uintptr_t context)',
  EVP_PKEY_derive_set_peer: 'int EVP_PKEY_derive_set_peer(uintptr_t context, uintptr_t peer)',
  EVP_PKEY_free: 'void EVP_PKEY_free(uintptr_t key)',
  EVP_PKEY_generate: 'int EVP_PKEY_generate(uintptr_t context, uintptr_t key)',
  EVP_PKEY_get_octet_string_param:
    'int EVP_PKEY_get_octet_string_param(uintptr_t key, const char *name, uintptr_t bytes, size_t room, uintptr_t length)',
  EVP_PKEY_keygen_init: 'int EVP_PKEY_keygen_init(uintptr_t context)',
  EVP_PKEY_new: 'uintptr_t EVP_PKEY_new()',
  EVP_PKEY_set1_encoded_public_key: 'int EVP_PKEY_set1_encoded_public_key(uintptr_t key, uintptr_t bytes, size_t length)',
  EVP_PKEY_verify: 'int EVP_PKEY_verify(uintptr_t context, uintptr_t signature, size_t size, uintptr_t digest, size_t length)',
  EVP_PKEY_verify_init: 'int EVP_PKEY_verify_init(uintptr_t context)',
  RAND_bytes: 'int RAND_bytes(uintptr_t bytes, int length)',
  d2i_PUBKEY: 'uintptr_t d2i_PUBKEY(uintptr_t out, uintptr_t bytes, long length)',
  memcpy: 'uintptr_t memcpy(uintptr_t to, uintptr_t from, size_t length)',
} as const;

/**
 * Low-level hashing is deprecated in OpenSSL 3, and X25519 as a plain function is internal: a Node that is linked to the system's OpenSSL
 * may have neither.
 */
const OPTIONAL = {
  SHA256_Final: 'int SHA256_Final(uintptr_t digest, uintptr_t context)',
  SHA256_Init: 'int SHA256_Init(uintptr_t context)',
  SHA256_Update: 'int SHA256_Update(uintptr_t context, uintptr_t bytes, size_t length)',
  SHA384_Final: 'int SHA384_Final(uintptr_t digest, uintptr_t context)',
  SHA384_Init: 'int SHA384_Init(uintptr_t context)',
  SHA384_Update: 'int SHA384_Update(uintptr_t context, uintptr_t bytes, size_t length)',
  SHA512_Final: 'int SHA512_Final(uintptr_t digest, uintptr_t context)',
  SHA512_Init: 'int SHA512_Init(uintptr_t context)',
  SHA512_Update: 'int SHA512_Update(uintptr_t context, uintptr_t bytes, size_t length)',
  ossl_x25519: 'int ossl_x25519(uintptr_t secret, uintptr_t privateKey, uintptr_t peer)',
} as const;

/** Binds libcrypto, by default that inside the Node binary. @throws ResumarkError ENGINE when a public function is missing. */
export const openLibCrypto = (library: NativeLibrary = openLibrary(null)): LibCrypto => {
  const bound = Object.entries(FUNCTIONS).map(([name, prototype]) => [name, library.bind(prototype)] as const);
  const optional = Object.entries(OPTIONAL).flatMap(([name, prototype]) => {
    try {
      return [[name, library.bind(prototype)] as const];
    } catch {
      return [];
    }
  });
  const version = library.bindText('const char *OpenSSL_version(int what)')(0) ?? 'OpenSSL';
  return {
    ...(Object.fromEntries(bound) as Record<keyof typeof FUNCTIONS, NativeFunction>),
    optional: Object.fromEntries(optional),
    version,
  };
};

/** Numbers of the API that are macros in C (openssl/evp.h, openssl/rsa.h). */
export const EVP_CTRL_AEAD_GET_TAG = 0x10;
export const EVP_CTRL_AEAD_SET_TAG = 0x11;
export const RSA_PKCS1_PADDING = 1;
export const RSA_PKCS1_PSS_PADDING = 6;
export const RSA_PSS_SALTLEN_DIGEST = -1;
