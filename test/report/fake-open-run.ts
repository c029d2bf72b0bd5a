import type { BlockRecord, RunRecord } from '../../src/domain/run-record.ts';
import { LatencyHistogram } from '../../src/stats/histogram.ts';
import { fakeRun } from './fake-run.ts';

/** One session for all in a mix of 20 % and 80 % under 500/s; the generator could not keep up with the last of the rounds. */
export const openMix = (): RunRecord => {
  const run = fakeRun(
    [
      { mode: 'full', honoured: 40, cpuServerNs: null, isStamped: true },
      {
        mode: 'ticket',
        mechanism: 'ticket',
        honoured: 155,
        declined: { refused: 5 },
        cpuServerNs: null,
        medianNs: 700_000,
        isStamped: true,
      },
    ],
    {
      name: 'open',
      scenario: {
        name: 'open',
        load: { model: 'open', rate: 500, arrivals: 'poisson', concurrency: 1000, sessions: 'fixed', offerAfter: 2000 },
      },
    },
  );
  return { ...run, blocks: run.blocks.map(ofMix) };
};

const ofMix = (block: BlockRecord): BlockRecord => {
  const isTicket = block.cell.endsWith('ticket');
  const isLast = block.round === 4;
  const due = isTicket ? 160 : 40;
  return {
    ...block,
    // Both cells of a round share its one window.
    position: 0,
    askedShare: isTicket ? 0.8 : 0.2,
    cpuServerWindowNs: 200 * 260_000,
    schedule: {
      due: due + (isLast ? 10 : 0),
      dropped: isLast ? 10 : 0,
      connectionLimited: 0,
      lateNs: latencies(due, isLast ? 80e6 : 50_000),
      serviceNs: latencies(due, 1.3e6),
      responseNs: latencies(due, isLast ? 81e6 : 1.35e6),
    },
    offeredSessions: isTicket ? { handshakes: 160, sessions: 2, ageNs: latencies(160, 2.4e9) } : null,
    hosts: block.hosts.map((host) => ({ ...host, workers: [{ busyShare: isLast ? 0.97 : 0.4, cpuShare: 0.4, stalledNs: 0 }] })),
    saturated: isLast,
  };
};

/** From the value to 10 % above it. */
const latencies = (count: number, ns: number): BlockRecord['handshakeNs'] => {
  const histogram = new LatencyHistogram();
  for (let i = 0; i < count; i++) histogram.record(Math.round(ns * (1 + (0.1 * i) / count)));
  return histogram.encode();
};
