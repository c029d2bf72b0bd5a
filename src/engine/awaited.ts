import type { Attempt } from './engine.ts';

/** Holds what a connection is kept open for after its handshake: a TLS 1.3 ticket, the first byte of an answer, both or neither. */
export class Awaited {
  ticket = false;
  firstByte = false;

  get isNothing(): boolean {
    return !this.ticket && !this.firstByte;
  }

  /** Begins with what the attempt wants. */
  begin({ client: { settings }, awaitTicket, sendsRequest }: Attempt, wasResumed: boolean): void {
    const isWanted = awaitTicket === 'unless-resumed' ? !wasResumed : awaitTicket;
    this.ticket = isWanted && settings.protocol === 'TLSv1.3';
    this.firstByte = sendsRequest;
  }

  clear(): void {
    this.ticket = false;
    this.firstByte = false;
  }

  /** Gives up what has been awaited for as long as the settings allow. */
  giveUp({ client: { settings } }: Attempt, waitedMs: number): void {
    this.ticket &&= waitedMs < settings.ticketTimeoutMs;
    this.firstByte &&= waitedMs < settings.firstByteTimeoutMs;
  }

  /** Returns when the next of them is given up, in ms after the handshake. */
  timeoutMs({ client: { settings } }: Attempt): number {
    const ticketMs = this.ticket ? settings.ticketTimeoutMs : Number.POSITIVE_INFINITY;
    const firstByteMs = this.firstByte ? settings.firstByteTimeoutMs : Number.POSITIVE_INFINITY;
    return Math.min(ticketMs, firstByteMs);
  }
}
