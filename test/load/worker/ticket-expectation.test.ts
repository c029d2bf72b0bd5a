import { expect, it } from 'vitest';
import type { Outcome } from '../../../src/engine/engine.ts';
import { TicketExpectation } from '../../../src/load/worker/ticket-expectation.ts';

/** An outcome of TLS 1.3 that brought so many tickets. */
const outcome = (ticketsReceived: number, evidence: { readonly offered?: 'psk'; readonly resumed: boolean }): Outcome =>
  ({ failure: undefined, ticketsReceived, evidence: { protocol: 'TLSv1.3', ...evidence } }) as Partial<Outcome> as Outcome;

const full = { resumed: false };
const resumed = { offered: 'psk', resumed: true } as const;
const refused = { offered: 'psk', resumed: false } as const;

it('waits for the tickets of a server that declines a session, though it gives none when it resumes', () => {
  const expectation = new TicketExpectation();
  expectation.observe(outcome(2, full));
  expect(expectation.awaitTicket(true)).toBe(true);
  expectation.observe(outcome(0, resumed));
  expect(expectation.awaitTicket(true)).toBe('unless-resumed');
  expect(expectation.awaitTicket(false)).toBe(true);
});

it('learns nothing from a handshake after which no ticket was awaited', () => {
  const expectation = new TicketExpectation();
  expectation.observe(outcome(0, resumed));
  expectation.observe(outcome(0, resumed));
  expectation.observe(outcome(2, refused));
  expect(expectation.awaitTicket(true)).toBe('unless-resumed');
});

it('waits no more where a server gives none at all', () => {
  const expectation = new TicketExpectation();
  expectation.observe(outcome(0, full));
  expectation.observe(outcome(0, resumed));
  expect([expectation.awaitTicket(true), expectation.awaitTicket(false)]).toEqual([false, false]);
});

it('goes on waiting where a server has given tickets, though one did not come in time', () => {
  const expectation = new TicketExpectation();
  expectation.observe(outcome(2, full));
  expectation.observe(outcome(0, refused));
  expectation.observe(outcome(0, full));
  expect(expectation.awaitTicket(false)).toBe(true);
});

it('waits no more when a server has ceased to give tickets', () => {
  const expectation = new TicketExpectation();
  expectation.observe(outcome(2, full));
  for (let i = 0; i < 20; i++) expectation.observe(outcome(0, full));
  expect(expectation.awaitTicket(false)).toBe(false);
});
