/** Content types of the record layer (RFC 8446, section 5.1). */
export const CHANGE_CIPHER_SPEC = 20;
export const ALERT = 21;
export const HANDSHAKE = 22;
export const APPLICATION_DATA = 23;

/** A record's head: type, version, length. A handshake message's: type, length (RFC 8446, sections 5.1 and 4). */
export const RECORD_HEAD_BYTES = 5;
export const MESSAGE_HEAD_BYTES = 4;

/** Handshake message types (RFC 8446, section 4; RFC 5246, section 7.4; RFC 5077, section 3.3). */
export const HELLO_REQUEST = 0;
export const CLIENT_HELLO = 1;
export const SERVER_HELLO = 2;
export const NEW_SESSION_TICKET = 4;
export const END_OF_EARLY_DATA = 5;
export const ENCRYPTED_EXTENSIONS = 8;
export const CERTIFICATE = 11;
export const SERVER_KEY_EXCHANGE = 12;
export const CERTIFICATE_REQUEST = 13;
export const SERVER_HELLO_DONE = 14;
export const CERTIFICATE_VERIFY = 15;
export const CLIENT_KEY_EXCHANGE = 16;
export const FINISHED = 20;
export const CERTIFICATE_STATUS = 22;
export const KEY_UPDATE = 24;
/** Stands for a first ClientHello in the transcript after a HelloRetryRequest. */
export const MESSAGE_HASH = 254;

/** Extension types (the IANA registry). */
export const SERVER_NAME = 0;
export const STATUS_REQUEST = 5;
export const SUPPORTED_GROUPS = 10;
export const EC_POINT_FORMATS = 11;
export const SIGNATURE_ALGORITHMS = 13;
export const ALPN = 16;
export const EXTENDED_MASTER_SECRET = 23;
export const SESSION_TICKET = 35;
export const PRE_SHARED_KEY = 41;
export const EARLY_DATA = 42;
export const SUPPORTED_VERSIONS = 43;
export const COOKIE = 44;
export const PSK_KEY_EXCHANGE_MODES = 45;
export const CERTIFICATE_AUTHORITIES = 47;
export const KEY_SHARE = 51;
export const RENEGOTIATION_INFO = 0xff01;

export const TLS_1_0 = 0x0301;
export const TLS_1_1 = 0x0302;
export const TLS_1_2 = 0x0303;
export const TLS_1_3 = 0x0304;

/** The random of a ServerHello that is a HelloRetryRequest: SHA-256 of "HelloRetryRequest" (RFC 8446, section 4.1.3). */
export const HELLO_RETRY_RANDOM = Uint8Array.of(
  ...[0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91],
  ...[0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c],
);
