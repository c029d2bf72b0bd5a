import { NEW_SESSION_TICKET } from '../../src/tls/numbers.ts';
import type { KnownSession } from '../fuzz/plan.ts';
import { TEST_SUITES, type TestSuite } from '../fuzz/protection.ts';
import { choosingPsk, choosingSuite, instead } from './hellos.ts';
import { BOTH, flaw, ONLY_12, ONLY_13, type Kind, type Misdeed } from './kind.ts';
import { FATAL, type ServerSide } from './server-side.ts';

const withLifetime = (seconds: number): Misdeed => ({
  tamper: instead(NEW_SESSION_TICKET, (text) => {
    const changed = Buffer.from(text);
    changed.writeUInt32BE(seconds, 4);
    return [changed];
  }),
});

const offersSession = ({ hello }: ServerSide): boolean =>
  hello !== undefined && (hello.identity !== undefined || (hello.ticket?.length ?? 0) > 0);

const breakingOff = (act: (side: ServerSide) => void): Misdeed => ({
  onHello: (side) => {
    if (!offersSession(side)) return true;
    act(side);
    return false;
  },
});

/** Knows no session again. */
class Forgetful extends Map<string, KnownSession> {
  override get(): undefined {
    return undefined;
  }
}

const CHACHA20: TestSuite = { ...TEST_SUITES[0], id: 0x1303, hash: 'sha256', cipher: 'chacha20-poly1305' };

const WEEK_S = 7 * 24 * 3600;

export const SESSIONS: readonly Kind[] = [
  { name: 'resumes', protocols: BOTH, misdeed: {}, full: 'honoured', offered: 'honoured' },
  { name: 'gives no ticket', protocols: ONLY_13, misdeed: { plan: { tickets: 0 } }, full: 'honoured', offered: 'no-session' },
  {
    name: 'gives a session ID alone',
    protocols: ONLY_12,
    misdeed: { plan: { tickets: 0 } },
    full: 'honoured',
    offered: 'other-mechanism',
  },
  {
    name: 'gives two tickets in one record',
    protocols: ONLY_13,
    misdeed: { plan: { tickets: 2 } },
    full: 'honoured',
    offered: 'honoured',
  },
  {
    name: 'gives a hundred tickets',
    protocols: ONLY_13,
    misdeed: { plan: { tickets: 100 } },
    full: 'honoured',
    offered: 'honoured',
  },
  {
    name: 'gives an empty ticket',
    protocols: ONLY_12,
    misdeed: { plan: { ticketBytes: 0 } },
    full: 'honoured',
    offered: 'no-session',
  },
  {
    // A ticket has at least one byte (RFC 8446, section 4.6.1); the lie is in the plan.
    name: 'gives an empty ticket in TLS 1.3',
    protocols: ONLY_13,
    misdeed: { plan: { ticketBytes: 0 }, isStranger: true },
    full: { wire: 'honoured', openssl: 'tls:length_mismatch', node: 'tls:length_mismatch' },
    offered: 'no-session',
  },
  {
    name: 'gives tickets of 15 kB',
    protocols: BOTH,
    misdeed: { plan: { ticketBytes: 15_000 } },
    full: 'honoured',
    offered: 'honoured',
  },
  {
    name: 'gives tickets of 64 kB',
    protocols: BOTH,
    misdeed: { plan: { ticketBytes: 64_000 } },
    full: 'honoured',
    offered: 'ticket-too-long',
  },
  {
    name: 'gives tickets of no lifetime',
    protocols: ONLY_13,
    misdeed: withLifetime(0),
    full: 'honoured',
    offered: 'ticket-lifetime-zero',
  },
  { name: 'states no lifetime', protocols: ONLY_12, misdeed: withLifetime(0), full: 'honoured', offered: 'honoured' },
  {
    name: 'gives tickets for longer than a week',
    protocols: BOTH,
    misdeed: withLifetime(WEEK_S + 1),
    full: 'honoured',
    offered: 'honoured',
  },
  {
    name: 'gives tickets for longer than a lifetime',
    protocols: BOTH,
    misdeed: withLifetime(0xffff_ffff),
    full: 'honoured',
    offered: 'honoured',
  },
  {
    name: 'gives its tickets late',
    protocols: ONLY_13,
    misdeed: {
      onFinished: (side, answer) => {
        side.holdBack(answer);
      },
    },
    full: 'honoured',
    offered: 'ticket-late',
  },
  {
    name: 'declines every session',
    protocols: BOTH,
    misdeed: { plan: { sessions: new Forgetful() } },
    full: 'honoured',
    offered: 'refused',
  },
  {
    name: 'refuses a session by an alert',
    protocols: BOTH,
    misdeed: breakingOff((side) => {
      side.alert(FATAL, 80);
      side.end();
    }),
    full: 'honoured',
    offered: 'alert:internal_error',
  },
  {
    name: 'resets when a session is offered',
    protocols: BOTH,
    misdeed: breakingOff((side) => {
      side.reset();
    }),
    full: 'honoured',
    offered: 'reset',
  },
  {
    name: 'resumes with another cipher of the same hash',
    protocols: ONLY_13,
    misdeed: { later: { plan: { suite: CHACHA20 } } },
    full: 'honoured',
    offered: 'honoured',
  },
  {
    name: 'resumes with a cipher of another hash',
    protocols: ONLY_13,
    misdeed: { later: { tamper: choosingSuite(0x1302) } },
    full: 'honoured',
    offered: flaw('illegal_parameter', 'ciphersuite_digest_has_changed'),
  },
  {
    name: 'resumes with another cipher',
    protocols: ONLY_12,
    misdeed: { later: { tamper: choosingSuite(0xc02c) } },
    full: 'honoured',
    offered: flaw('illegal_parameter', 'old_session_cipher_not_returned'),
  },
  {
    name: 'resumes a session that was not offered',
    protocols: ONLY_13,
    misdeed: { later: { tamper: choosingPsk(1) } },
    full: 'honoured',
    offered: flaw('illegal_parameter', 'bad_psk_identity'),
  },
];
