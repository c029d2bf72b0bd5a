/** Verification results by name (X509_V_ERR_*, openssl/x509_vfy.h), as node:tls names them. */
const VERIFY_NAMES: Readonly<Record<number, string>> = {
  7: 'cert_signature_failure',
  9: 'cert_not_yet_valid',
  10: 'cert_has_expired',
  18: 'depth_zero_self_signed_cert',
  19: 'self_signed_cert_in_chain',
  20: 'unable_to_get_issuer_cert_locally',
  21: 'unable_to_verify_leaf_signature',
  24: 'invalid_ca',
  26: 'invalid_purpose',
  62: 'name_mismatch',
  64: 'name_mismatch',
};

/** The name of a verification's result; one that is not listed keeps its number. */
export const verifyName = (result: number): string => VERIFY_NAMES[result] ?? `verify_error_${String(result)}`;
