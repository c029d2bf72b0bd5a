import { LEAST_RUNS } from '../../analysis/judging-rules.ts';
import type { Caveat } from '../../domain/caveat.ts';
import { counted, grouped } from './units.ts';

/** The reason why a gate or a change was not judged, and a hint where there is one: the end of a sentence. */
export const caveatText = (caveat: Caveat): string => {
  switch (caveat.code) {
    case 'run-not-complete':
      return `the run did not end as planned (${caveat.status}); measure it again${caveat.status === 'partial' ? ', or judge it as it is with --allow-partial' : ''}`;
    case 'no-cell':
      return 'the run has no cell that it applies to';
    case 'nothing-measured':
      return 'nothing was measured';
    case 'none-honoured':
      return 'no handshake of this mode was honoured';
    case 'unknown-metric':
      return caveat.needs === undefined ? 'the metric has no value here' : NEEDS_TEXT[caveat.needs];
    case 'few-handshakes':
      return `the smallest block has ${counted(caveat.perBlock, 'handshake')}, but this metric needs ${grouped(caveat.needed)}; raise --handshakes-per-block or --duration`;
    case 'few-rounds':
      return `${counted(caveat.rounds, 'round')} cannot decide at this level, ${grouped(caveat.needed)} can; raise --rounds, or leave it out`;
    case 'few-pairs':
      return `${counted(caveat.pairs, 'pair')} are too few: this level needs ${grouped(caveat.needed)}`;
    case 'invalid-blocks':
      return `${grouped(caveat.invalid)} of ${counted(caveat.of, 'block')} were invalid`;
    case 'saturated':
      return 'the generator was saturated, so the value includes its own queueing; lower --concurrency or --rate';
    case 'no-baseline':
      return 'there is no baseline to compare with';
    case 'single-baseline':
      return `a single stored run is never a hard gate: a change cannot be told from the difference between any two runs. Give at least ${String(LEAST_RUNS)} baselines with --baseline, or measure both states in one run`;
    case 'few-baselines':
      return `${counted(caveat.runs, 'baseline run')} cannot show how much runs differ; give at least ${grouped(caveat.needed)}`;
    case 'measured-unlike':
      return `the runs were measured with another ${caveat.what.join(', ')}, which changes every time and rate${caveat.judgeInstead === null ? '' : `; judge ${caveat.judgeInstead} instead`}`;
    case 'single-run':
      return 'a change cannot be told from the difference between any two runs';
    case 'few-runs':
      return `${counted(caveat.runs, 'run')} of a state are too few: at least ${grouped(caveat.needed)} are needed`;
    case 'unconfirmed':
      return `it failed in only ${grouped(caveat.failed)} of ${grouped(caveat.of)} attempts`;
  }
};

const NEEDS_TEXT = {
  schedule: 'the metric was not measured: there is no schedule; set --rate',
  request: 'the metric was not measured: no request was sent; set --request',
} as const;
