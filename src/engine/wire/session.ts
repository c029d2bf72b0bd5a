import { createHash } from 'node:crypto';
import { mechanismOf, readSessionDer, writeSessionDer, type SessionState } from '../../tls/session-der.ts';
import type { Mechanism } from '../../domain/kind.ts';
import type { Protocol } from '../../domain/protocol.ts';
import { nowNs } from '../clock.ts';
import type { Session } from '../engine.ts';
import type { HashedKey } from './crypto/hmac.ts';
import type { SecretKeeper } from './crypto/prf.ts';
import { suiteOf, type Suite } from './suites.ts';

/** The longest master secret or pre-shared key of the suites in use. */
const MOST_SECRET_BYTES = 48;

/** A session as plain bytes: nothing native, so that nothing can be forgotten to be freed. */
export class WireSession implements Session, SecretKeeper {
  readonly protocol: Protocol;
  readonly suite: Suite;
  readonly sessionId: Uint8Array;
  readonly secret: Uint8Array;
  readonly ticket: Uint8Array;
  readonly lifetimeHintS: number;
  readonly hasExtendedMasterSecret: boolean;
  readonly ticketAgeAdd: number;
  readonly maxEarlyData: number;
  readonly receivedNs: number;
  /** Master secret of TLS 1.2 as an HMAC key that has been hashed, made with the first offer. */
  hashedSecret: HashedKey | undefined;

  constructor(protocol: Protocol, suite: Suite, state: Omit<SessionState, 'cipherSuite'>, receivedNs: number) {
    this.protocol = protocol;
    this.suite = suite;
    this.sessionId = state.sessionId;
    this.secret = state.secret;
    this.ticket = state.ticket;
    this.lifetimeHintS = state.lifetimeHintS;
    this.hasExtendedMasterSecret = state.hasExtendedMasterSecret;
    this.ticketAgeAdd = state.ticketAgeAdd;
    this.maxEarlyData = state.maxEarlyData;
    this.receivedNs = receivedNs;
  }

  /** Takes what another engine was given; `undefined` when this one could not offer it. @throws RangeError when it is no `SSL_SESSION`. */
  static from(session: Session): WireSession | undefined {
    if (session instanceof WireSession) return session;
    const facts = readSessionDer(session.der());
    const suite = suiteOf(facts.cipherSuite);
    if (facts.protocol === undefined || suite?.protocol !== facts.protocol) return undefined;
    const isTooLong = facts.secret.length > MOST_SECRET_BYTES || facts.sessionId.length > 32;
    return isTooLong ? undefined : new WireSession(facts.protocol, suite, facts, session.receivedNs);
  }

  get mechanism(): Mechanism {
    return mechanismOf(this);
  }

  get lifetimeS(): number {
    return this.lifetimeHintS;
  }

  get ticketBytes(): number {
    return this.ticket.length;
  }

  /** The age that a TLS 1.3 ticket is offered with, in ms and masked (RFC 8446, section 4.2.11.1). */
  obfuscatedAge(now: number): number {
    return (Math.floor((now - this.receivedNs) / 1e6) + this.ticketAgeAdd) % 2 ** 32;
  }

  der(): Buffer {
    const agoS = (nowNs() - this.receivedNs) / 1e9;
    // libssl sees by the echo of a session ID that a ticket was taken: without one it would not notice.
    const needsId = this.protocol === 'TLSv1.2' && this.sessionId.length === 0;
    const sessionId = needsId ? createHash('sha256').update(this.ticket).digest() : this.sessionId;
    return writeSessionDer({ ...stateOf(this), sessionId }, this.protocol, Math.floor(Date.now() / 1000 - agoS));
  }

  /** Nothing is held: the garbage collector sees to it. */
  free(): void {
    return undefined;
  }
}

const stateOf = (session: WireSession): SessionState => ({
  cipherSuite: session.suite.id,
  sessionId: session.sessionId,
  secret: session.secret,
  ticket: session.ticket,
  lifetimeHintS: session.lifetimeHintS,
  hasExtendedMasterSecret: session.hasExtendedMasterSecret,
  ticketAgeAdd: session.ticketAgeAdd,
  maxEarlyData: session.maxEarlyData,
});
