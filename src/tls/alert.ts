/** Alert descriptions by number (RFC 8446, section 6; RFC 5246, section 7.2; the IANA registry). */
const ALERTS: Readonly<Record<number, string>> = {
  0: 'close_notify',
  10: 'unexpected_message',
  20: 'bad_record_mac',
  22: 'record_overflow',
  40: 'handshake_failure',
  42: 'bad_certificate',
  43: 'unsupported_certificate',
  44: 'certificate_revoked',
  45: 'certificate_expired',
  46: 'certificate_unknown',
  47: 'illegal_parameter',
  48: 'unknown_ca',
  49: 'access_denied',
  50: 'decode_error',
  51: 'decrypt_error',
  70: 'protocol_version',
  71: 'insufficient_security',
  80: 'internal_error',
  86: 'inappropriate_fallback',
  90: 'user_canceled',
  100: 'no_renegotiation',
  109: 'missing_extension',
  110: 'unsupported_extension',
  112: 'unrecognized_name',
  113: 'bad_certificate_status_response',
  115: 'unknown_psk_identity',
  116: 'certificate_required',
  120: 'no_application_protocol',
};

/** The name of an alert; one that is not registered keeps its number. */
export const alertName = (description: number): string => ALERTS[description] ?? `alert_${String(description)}`;

/** Descriptions that end no handshake as a fault. */
const NO_FAULTS = ['close_notify', 'user_canceled', 'no_renegotiation'];

const NUMBERS: ReadonlyMap<string, number> = new Map(
  Object.entries(ALERTS).map(([description, name]) => [name, Number(description)]),
);

/** Tells whether a name is that of an alert that says that something is wrong. */
export const isFatalAlert = (name: string): boolean => NUMBERS.has(name) && !NO_FAULTS.includes(name);

/** The description of an alert by its name. @throws RangeError when there is none of that name. */
export const alertNumber = (name: string): number => {
  const description = NUMBERS.get(name);
  if (description === undefined) throw new RangeError(`there is no alert ${name}`);
  return description;
};
