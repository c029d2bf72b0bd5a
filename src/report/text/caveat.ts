import { LEAST_RUNS } from '../../analysis/judging-rules.ts';
import type { Caveat } from '../../domain/caveat.ts';
import { counted, grouped } from './units.ts';

/** Why a gate or a change was not judged, and the hint where there is one: the end of a sentence. */
export const caveatText = (caveat: Caveat): string => {
  switch (caveat.code) {
    case 'run-not-complete':
      return `the run did not end as planned (${caveat.status}); measure it anew`;
    case 'no-cell':
      return 'nothing in the run is what it speaks of';
    case 'nothing-measured':
      return 'nothing was measured';
    case 'none-honoured':
      return 'no handshake of this mode was honoured';
    case 'unknown-metric':
      return 'this metric is not known here';
    case 'few-handshakes':
      return `the smallest block has ${counted(caveat.perBlock, 'handshake')} and this metric needs ${grouped(caveat.needed)}; raise plan.handshakesPerBlock or --duration`;
    case 'few-rounds':
      return `${counted(caveat.rounds, 'round')} cannot decide at this level, ${grouped(caveat.needed)} can; raise --rounds or leave it out`;
    case 'few-pairs':
      return `${counted(caveat.pairs, 'pair')} are too few: this level needs ${grouped(caveat.needed)}`;
    case 'invalid-blocks':
      return `${grouped(caveat.invalid)} of ${counted(caveat.of, 'block')} were invalid`;
    case 'saturated':
      return 'the generator was saturated, so that its own queue is in the number; lower --concurrency or --rate';
    case 'no-baseline':
      return 'there is no state before to compare with';
    case 'single-baseline':
      return `a single stored run is never a hard gate: what differs between any two runs cannot be told from the change. Give ${String(LEAST_RUNS)} or more with --baseline, or measure both states in one run`;
    case 'few-baselines':
      return `${grouped(caveat.runs)} baseline runs say too little of how runs differ; give at least ${grouped(caveat.needed)}`;
    case 'single-run':
      return 'one run of a state cannot tell a change from what differs between any two runs';
    case 'few-runs':
      return `${counted(caveat.runs, 'run')} of a state are too few: at least ${grouped(caveat.needed)} are needed`;
    case 'unconfirmed':
      return `it failed in only ${grouped(caveat.failed)} of ${grouped(caveat.of)} attempts`;
  }
};
