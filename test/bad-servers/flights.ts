import {
  APPLICATION_DATA,
  CERTIFICATE,
  CERTIFICATE_VERIFY,
  FINISHED,
  HANDSHAKE,
  SERVER_HELLO,
  SERVER_KEY_EXCHANGE,
} from '../../src/tls/numbers.ts';
import { join, message, u24, vector24, vector8 } from '../fuzz/bytes.ts';
import type { ServerIdentity, Tamper } from '../fuzz/plan.ts';
import { plainRecord } from '../fuzz/protection.ts';
import { certified } from './certified.ts';
import { instead } from './hellos.ts';
import { BOTH, ONLY_12, ONLY_13, flaw, type Kind, type Misdeed } from './kind.ts';
import type { ServerSide } from './server-side.ts';

const WAITS = { full: 'handshake-timeout', advice: /timed out.*--timeout/su, timeoutMs: 250 } as const;

const deliver = (act: (side: ServerSide, answer: Buffer) => void): Misdeed => ({ deliver: act });

/** One byte after another, each in a packet of its own. */
const drip = (side: ServerSide, answer: Buffer): void => {
  const [byte, rest] = [answer.subarray(0, 1), answer.subarray(1)];
  if (byte.length === 0 || !side.isOpen) return;
  side.send(byte);
  setImmediate(() => {
    drip(side, rest);
  });
};

const DELIVERIES: readonly Kind[] = [
  { name: 'says one byte at a time', protocols: BOTH, misdeed: deliver(drip), full: 'honoured' },
  {
    name: 'says one byte of its hello and no more',
    protocols: BOTH,
    misdeed: deliver((side, answer) => {
      side.send(answer.subarray(0, 1));
    }),
    ...WAITS,
  },
  {
    name: 'falls silent in its hello',
    protocols: BOTH,
    misdeed: deliver((side, answer) => {
      side.send(answer.subarray(0, 40));
    }),
    ...WAITS,
  },
  {
    name: 'ends in its hello',
    protocols: BOTH,
    misdeed: deliver((side, answer) => {
      side.send(answer.subarray(0, 40));
      side.end();
    }),
    full: 'closed',
    advice: /closed the connection during the handshake/u,
  },
  {
    name: 'ends in its flight',
    protocols: BOTH,
    misdeed: deliver((side, answer) => {
      side.send(answer.subarray(0, answer.length - 20));
      side.end();
    }),
    full: 'closed',
    advice: /closed the connection during the handshake/u,
  },
  {
    name: 'resets in its flight',
    protocols: BOTH,
    misdeed: deliver((side, answer) => {
      side.send(answer.subarray(0, answer.length - 20));
      setTimeout(() => {
        side.reset();
      }, 20);
    }),
    full: 'reset',
    advice: /was reset/u,
  },
  {
    name: 'announces a message longer than any',
    protocols: BOTH,
    misdeed: {
      onHello: (side) => {
        side.lie(plainRecord(HANDSHAKE, join(Buffer.of(SERVER_HELLO), u24(0xffffff), Buffer.alloc(200))));
        return false;
      },
    },
    full: { wire: 'tls:message_too_long', openssl: 'tls:excessive_message_size', node: 'tls:excessive_message_size' },
    advice: /goes on without coming to an end/u,
  },
];

/** Sends something else than what its transcript holds. */
const forging = (types: readonly number[], change: (message: Buffer) => Buffer): Partial<Tamper> => ({
  message: (text) => ({ sent: [types.includes(text[0] ?? 0) ? change(text) : text], hashed: [text] }),
});

const lastBitTurned = (text: Buffer): Buffer => {
  const changed = Buffer.from(text);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  return changed;
};

const TALKING: Partial<Tamper> = {
  records: (records) => [...records.slice(0, 1), plainRecord(APPLICATION_DATA, Buffer.alloc(40)), ...records.slice(1)],
};

const PROOFS: readonly Kind[] = [
  {
    name: 'sends a wrong Finished',
    protocols: BOTH,
    misdeed: { tamper: forging([FINISHED], lastBitTurned) },
    full: flaw('bad_finished', 'digest_check_failed'),
    advice: /proof does not match/u,
  },
  {
    name: 'never sends its Finished',
    protocols: BOTH,
    misdeed: { tamper: instead(FINISHED, () => []) },
    ...WAITS,
  },
  {
    name: 'signs wrongly',
    protocols: BOTH,
    misdeed: { tamper: forging([CERTIFICATE_VERIFY, SERVER_KEY_EXCHANGE], lastBitTurned) },
    full: flaw('bad_signature', 'bad_signature'),
    advice: /proof does not match/u,
  },
  {
    name: 'damages a record',
    protocols: ONLY_13,
    misdeed: { tamper: { records: (records) => [...records.slice(0, -1), lastBitTurned(records.at(-1) ?? Buffer.alloc(0))] } },
    full: flaw('bad_record', 'decryption_failed_or_bad_record_mac'),
    advice: /proof does not match/u,
  },
  {
    name: 'shows no certificate',
    protocols: ONLY_12,
    misdeed: { tamper: instead(CERTIFICATE, () => [message(CERTIFICATE, vector24())]) },
    full: flaw('bad_certificate', 'length_mismatch'),
  },
  {
    name: 'shows an empty list of certificates',
    protocols: ONLY_13,
    misdeed: { tamper: instead(CERTIFICATE, () => [message(CERTIFICATE, vector8(), vector24())]) },
    full: flaw('bad_certificate', 'length_mismatch'),
  },
  {
    name: 'talks in the clear before its Finished',
    protocols: ONLY_12,
    misdeed: { tamper: TALKING },
    full: flaw('unexpected_message', 'unexpected_record'),
  },
  {
    name: 'talks under wrong keys before its Finished',
    protocols: ONLY_13,
    misdeed: { tamper: TALKING },
    full: flaw('bad_record', 'decryption_failed_or_bad_record_mac'),
    advice: /proof does not match/u,
  },
];

const certificate = (name: string, reason: string, identity: () => Promise<ServerIdentity>): Kind => ({
  name,
  protocols: BOTH,
  misdeed: { identity, isImpostor: true },
  full: `certificate:${reason}`,
  advice: /certificate was rejected.*--cacert FILE.*--insecure/su,
});

const DAY_MS = 24 * 3600 * 1000;

const CERTIFICATES: readonly Kind[] = [
  certificate('shows a certificate that has expired', 'cert_has_expired', () =>
    certified({ fromMs: -2 * DAY_MS, untilMs: -DAY_MS }),
  ),
  certificate('shows a certificate that is not valid yet', 'cert_not_yet_valid', () =>
    certified({ fromMs: DAY_MS, untilMs: 2 * DAY_MS }),
  ),
  certificate('shows a certificate of another name', 'name_mismatch', () => certified({ host: 'elsewhere.test' })),
  {
    name: 'shows a certificate of 60 kB',
    protocols: BOTH,
    misdeed: { identity: () => certified({ extraBytes: 60_000 }) },
    full: 'honoured',
  },
];

export const FLIGHTS: readonly Kind[] = [...DELIVERIES, ...PROOFS, ...CERTIFICATES];
