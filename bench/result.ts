import type { Contender, Sample } from './contender.ts';
import { markdownTable, us } from './markdown.ts';
import { median } from './median.ts';

/** What one client came to in one case: its CPU time, the server's and the rate, as medians. */
export interface Result {
  readonly contender: Contender;
  readonly full: number;
  readonly resumed: number;
  readonly clientNs: number;
  /** The client's CPU time per handshake in each turn. */
  readonly clientNsByTurn: readonly number[];
  readonly threadNs: number | undefined;
  readonly serverNs: number;
  readonly perSecond: number;
}

export const resultOf = (contender: Contender, samples: readonly Sample[]): Result => {
  const byTurn = (value: (sample: Sample) => number): number[] =>
    samples.map((sample) => value(sample) / (sample.full + sample.resumed));
  const clientNsByTurn = byTurn(({ clientCpuNs }) => clientCpuNs);
  const isEngine = samples.every(({ threadCpuNs }) => threadCpuNs !== undefined);
  return {
    contender,
    full: samples.reduce((sum, { full }) => sum + full, 0),
    resumed: samples.reduce((sum, { resumed }) => sum + resumed, 0),
    clientNs: median(clientNsByTurn),
    clientNsByTurn,
    threadNs: isEngine ? median(byTurn(({ threadCpuNs }) => threadCpuNs ?? 0)) : undefined,
    serverNs: median(byTurn(({ serverCpuNs }) => serverCpuNs)),
    perSecond: median(samples.map(({ full, resumed, seconds }) => (full + resumed) / seconds)),
  };
};

export const resultTable = (results: readonly Result[]): string =>
  markdownTable(
    [
      'client',
      'what it did',
      'handshakes per client CPU-second',
      'client CPU',
      'of it the thread',
      'server CPU',
      'rate',
      'remark',
    ],
    results.map(({ contender, full, resumed, clientNs, threadNs, serverNs, perSecond }) => [
      contender.name,
      didText(full, resumed),
      (1e9 / clientNs).toFixed(0),
      us(clientNs),
      threadNs === undefined ? '' : us(threadNs),
      us(serverNs),
      `${perSecond.toFixed(0)}/s`,
      contender.remark,
    ]),
  );

const didText = (full: number, resumed: number): string => {
  if (full + resumed === 0) return 'nothing';
  if (resumed === 0) return 'full';
  if (resumed / (full + resumed) > 0.99) return 'resumed';
  return `resumed ${((100 * resumed) / (full + resumed)).toFixed(0)} %`;
};
