import type { GateDoubt } from '../../domain/gate.ts';
import { counted, grouped } from '../text/units.ts';

/** The reason why a gate was not judged, and a hint where there is one: the end of a sentence. */
export const doubtText = (doubt: GateDoubt): string => {
  switch (doubt.code) {
    case 'run-not-complete':
      return `the run did not end as planned (${doubt.status}); measure it again`;
    case 'no-cell':
      return 'the run has no cell that it applies to';
    case 'nothing-measured':
      return 'nothing was measured';
    case 'none-honoured':
      return 'no handshake of this mode was honoured';
    case 'unknown-metric':
      return 'this version does not know the metric';
    case 'few-handshakes':
      return `the smallest block has ${counted(doubt.perBlock, 'handshake')}, but this metric needs ${grouped(doubt.needed)}; raise --handshakes-per-block or --duration`;
    case 'few-rounds':
      return `${counted(doubt.rounds, 'round')} cannot decide at this level, ${grouped(doubt.needed)} can; raise --rounds, or leave it out`;
    case 'invalid-blocks':
      return `${grouped(doubt.invalid)} of ${counted(doubt.of, 'block')} were invalid`;
    case 'saturated':
      return 'the generator was saturated, so the value includes its own queueing; lower --concurrency or --rate';
    case 'no-baseline':
      return 'there is no baseline to compare with';
    case 'single-baseline':
      return 'a single stored run is never a hard gate: a change cannot be told from the difference between any two runs. Give at least five baselines with --baseline, or measure both states in one run';
    case 'few-runs':
      return `${counted(doubt.runs, 'baseline run')} cannot show how much runs differ; give at least ${grouped(doubt.needed)}`;
    case 'unconfirmed':
      return `it failed in only ${grouped(doubt.failed)} of ${grouped(doubt.of)} attempts`;
  }
};
