import { alertName } from '../../src/tls/alert.ts';
import { ALERT, HANDSHAKE } from '../../src/tls/numbers.ts';
import { u16, u8 } from '../fuzz/bytes.ts';
import { plainRecord } from '../fuzz/protection.ts';
import { BOTH, ONLY_12, ONLY_13, type Kind, type Misdeed, type Said } from './kind.ts';
import { FATAL, WARNING, type ServerSide } from './server-side.ts';

const onHello = (act: (side: ServerSide) => void): Misdeed => ({
  onHello: (side) => {
    act(side);
    return false;
  },
});

const WAITS = { full: 'handshake-timeout', advice: /timed out.*--timeout/su, timeoutMs: 250 } as const;

/** Servers that say nothing, or go away. */
const SILENT: readonly Kind[] = [
  { name: 'accepts and is silent', protocols: BOTH, misdeed: onHello(() => undefined), ...WAITS },
  {
    name: 'resets when it has accepted',
    protocols: BOTH,
    misdeed: {
      onAccept: (side) => {
        side.reset();
      },
    },
    full: 'reset',
    advice: /was reset.*speaks TLS/su,
  },
  {
    name: 'ends when it has accepted',
    protocols: BOTH,
    misdeed: {
      ...onHello(() => undefined),
      onAccept: (side) => {
        side.end();
      },
    },
    full: 'closed',
    advice: /closed the connection during the handshake.*speaks TLS/su,
  },
  {
    name: 'resets at the ClientHello',
    protocols: BOTH,
    misdeed: onHello((side) => {
      side.reset();
    }),
    full: 'reset',
    advice: /was reset.*speaks TLS/su,
  },
  {
    name: 'ends at the ClientHello',
    protocols: BOTH,
    misdeed: onHello((side) => {
      side.end();
    }),
    full: 'closed',
    advice: /closed the connection during the handshake.*speaks TLS/su,
  },
  {
    name: 'announces its end at the ClientHello',
    protocols: BOTH,
    misdeed: onHello((side) => {
      side.alert(WARNING, 0);
      side.end();
    }),
    full: 'closed',
    advice: /closed the connection during the handshake/u,
  },
];

const NOT_TLS: Said = { wire: 'tls:not_tls', openssl: 'tls:wrong_version_number', node: 'tls:wrong_version_number' };

const other = (name: string, text: string | Buffer): Kind => ({
  name,
  protocols: BOTH,
  misdeed: onHello((side) => {
    side.lie(Buffer.from(text));
  }),
  full: NOT_TLS,
  advice: /Check that the port speaks TLS/u,
});

/** Servers of other protocols. */
const OTHERS: readonly Kind[] = [
  other('answers by HTTP', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n\u001b[31mno'),
  other('greets as SSH does', 'SSH-2.0-OpenSSH_9.6\u001b]0;owned\u0007\r\n'),
  other('greets as SMTP does', '220 mail.example.test ESMTP\r\n'),
  other('answers with noise', Buffer.from(Array.from({ length: 400 }, (_, i) => (i * 197 + 91) & 0xff))),
];

const UNREGISTERED = 200;

const ALERTS = [40, 42, 43, 47, 49, 50, 70, 71, 80, 86, 109, 112, 115, 116, 120, UNREGISTERED];

const ADVICE: Readonly<Record<number, RegExp>> = {
  40: /--ciphers and --groups/u,
  42: /--cert FILE and --key FILE/u,
  49: /--cert FILE and --key FILE/u,
  70: /does not speak TLS 1\.[23]/u,
  71: /--ciphers and --groups/u,
  80: /its log says why/u,
  112: /--servername NAME/u,
  116: /--cert FILE and --key FILE/u,
  120: /--alpn/u,
};

const REFUSING: readonly Kind[] = ALERTS.map((description) => ({
  name: `refuses by ${alertName(description)}`,
  protocols: BOTH,
  misdeed: onHello((side) => {
    side.alert(FATAL, description);
    side.end();
  }),
  // node:tls reports only the end where an alert is not in the registry.
  full:
    description === UNREGISTERED
      ? { wire: 'alert:alert_200', openssl: 'alert:alert_200', node: 'closed' }
      : `alert:${alertName(description)}`,
  advice: ADVICE[description] ?? /the server (?:sent an alert|closed the connection)/u,
}));

const WARNING_ON = onHello((side) => {
  side.forever(() => {
    for (let i = 0; i < 100; i++) side.alert(WARNING, 112);
  });
});

const warning = (description: number): Misdeed => ({
  onHello: (side) => {
    side.alert(WARNING, description);
    return true;
  },
});

/** Alerts that end nothing, or not by themselves. */
const WARNING_ONLY: readonly Kind[] = [
  { name: 'warns of the name and goes on', protocols: ONLY_12, misdeed: warning(112), full: 'honoured' },
  {
    // In TLS 1.3 no alert is a warning, whatever it says of itself (RFC 8446, section 6); libssl
    // does not know yet which version it is.
    name: 'warns in TLS 1.3',
    protocols: ONLY_13,
    misdeed: WARNING_ON,
    full: {
      wire: 'alert:unrecognized_name',
      openssl: 'tls:too_many_warn_alerts',
      node: 'tls:too_many_warn_alerts',
    },
  },
  {
    name: 'warns for ever',
    protocols: ONLY_12,
    misdeed: WARNING_ON,
    full: { wire: 'tls:too_many_messages', openssl: 'tls:too_many_warn_alerts', node: 'tls:too_many_warn_alerts' },
    advice: /goes on without coming to an end/u,
  },
  {
    name: 'sends empty records for ever',
    protocols: BOTH,
    misdeed: onHello((side) => {
      side.forever(() => {
        for (let i = 0; i < 100; i++) side.lie(plainRecord(HANDSHAKE, Buffer.alloc(0)));
      });
    }),
    full: { wire: 'tls:unexpected_message', openssl: 'tls:record_too_small', node: 'tls:record_too_small' },
  },
  {
    name: 'sends a record of no known type',
    protocols: BOTH,
    misdeed: onHello((side) => {
      side.lie(Buffer.concat([u8(99), u16(0x0303), u16(4), Buffer.alloc(4)]));
    }),
    full: { wire: 'tls:unexpected_message', openssl: 'tls:unexpected_message', node: 'tls:unexpected_message' },
  },
  {
    name: 'sends an alert of one byte',
    protocols: BOTH,
    misdeed: onHello((side) => {
      side.lie(plainRecord(ALERT, Buffer.of(2)));
    }),
    full: { wire: 'tls:decode_error', openssl: 'tls:invalid_alert', node: 'tls:invalid_alert' },
  },
  {
    name: 'claims a record longer than any',
    protocols: BOTH,
    misdeed: onHello((side) => {
      side.lie(Buffer.concat([u8(HANDSHAKE), u16(0x0303), u16(0x4801), Buffer.alloc(200)]));
    }),
    full: { wire: 'tls:record_overflow', openssl: 'tls:packet_length_too_long', node: 'tls:packet_length_too_long' },
    advice: /Check that the port speaks TLS/u,
  },
];

export const BEFORE_TLS: readonly Kind[] = [...SILENT, ...OTHERS, ...REFUSING, ...WARNING_ONLY];
