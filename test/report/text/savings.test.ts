import { expect, it } from 'vitest';
import { summarize } from '../../../src/analysis/summary/cell-summary.ts';
import { savingLines, savingSentence } from '../../../src/report/text/savings.ts';
import { fakeRun, type FakeCell } from '../fake-run.ts';

const sentences = (...cells: readonly FakeCell[]): string[] => {
  const run = fakeRun(cells);
  return savingLines(run, summarize(run)).map(savingSentence);
};

const ticket: FakeCell = { mode: 'ticket', mechanism: 'ticket' };

it('tells what is saved in words, as the p50 and the CPU of both sides', () => {
  expect(sentences({}, { ...ticket, medianNs: 452_000, cpuServerNs: 130_000, cpuClientNs: 300_000 })).toEqual([
    'TLS 1.2 ticket: p50 -63%, server CPU -74%, client CPU -25%',
  ]);
});

it('tells a loss as a loss, and a change below 1% by its number', () => {
  expect(sentences({}, { ...ticket, medianNs: 1_500_000, cpuClientNs: 402_000 })[0]).toMatch(
    /^TLS 1\.2 ticket: p50 \+\d+%, server CPU 0%, client CPU \+0\.5%$/u,
  );
});

it('leaves out what is unknown instead of calling it 0', () => {
  expect(sentences({ cpuServerNs: null }, { ...ticket, cpuServerNs: null, cpuClientNs: 200_000 })[0]).toMatch(
    /^TLS 1\.2 ticket: p50 \S+, client CPU -50%$/u,
  );
});

it('names the state where there are several, each against its own full handshake', () => {
  const lines = sentences({ state: 'before' }, { ...ticket, state: 'before' }, { state: 'after' }, { ...ticket, state: 'after' });
  expect(lines.map((line) => line.split(':')[0])).toEqual(['before TLS 1.2 ticket', 'after TLS 1.2 ticket']);
});

it.each<[string, FakeCell, string]>([
  ['was refused', { ...ticket, honoured: 0, declined: { refused: 300 } }, 'never resumed in 1,500 handshakes'],
  [
    'was meant to be refused',
    { ...ticket, honoured: 0, declined: { refused: 3 }, expected: 'declined' },
    'never resumed, as configured',
  ],
  ['never finished', { ...ticket, honoured: 0, errors: { reset: 1 } }, 'no handshake finished'],
  ['was not reached', { ...ticket, blocks: 0 }, 'not measured'],
])('says so of a mode that %s', (_, cell, text) => {
  expect(sentences({}, cell)).toEqual([`TLS 1.2 ticket: ${text}`]);
});

it('says that there is nothing to compare with', () => {
  expect(sentences(ticket)).toEqual(['TLS 1.2 ticket: there is no full handshake to compare with']);
  expect(sentences({ honoured: 0, errors: { reset: 1 } }, ticket)).toEqual([
    'TLS 1.2 ticket: there is no full handshake to compare with',
  ]);
});

it('says that a part only was resumed, and that CPU is mixed then', () => {
  expect(sentences({}, { ...ticket, honoured: 80, declined: { refused: 80 } })[0]).toContain(
    '(only 50% resumed: CPU includes the declined handshakes)',
  );
});

it('tells savings before failures, and failures before what was meant to fail', () => {
  const lines = sentences(
    {},
    { mode: 'ticket', honoured: 0, declined: { refused: 1 }, expected: 'declined' },
    { mode: 'session-id', mechanism: 'session-id' },
    { protocol: 'TLSv1.3' },
    { protocol: 'TLSv1.3', mode: 'ticket', honoured: 0, declined: { refused: 1 } },
  );
  expect(lines.map((line) => line.split(':')[0])).toEqual(['TLS 1.2 session-id', 'TLS 1.3 ticket', 'TLS 1.2 ticket']);
});
