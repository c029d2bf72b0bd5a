import type { GateDoubt } from '../../domain/gate.ts';
import { counted, grouped } from '../text/units.ts';

/** Why a gate was not judged, and the hint where there is one: the end of a sentence. */
export const doubtText = (doubt: GateDoubt): string => {
  switch (doubt.code) {
    case 'run-not-complete':
      return `the run did not end as planned (${doubt.status}); measure it anew`;
    case 'no-cell':
      return 'nothing in the run is what it speaks of';
    case 'nothing-measured':
      return 'nothing was measured';
    case 'none-honoured':
      return 'no handshake of this mode was honoured';
    case 'unknown-metric':
      return 'this metric is not known here';
    case 'few-handshakes':
      return `the smallest block has ${counted(doubt.perBlock, 'handshake')} and this metric needs ${grouped(doubt.needed)}; raise plan.handshakesPerBlock or --duration`;
    case 'few-rounds':
      return `${counted(doubt.rounds, 'round')} cannot decide at this level, ${grouped(doubt.needed)} can; raise --rounds or leave it out`;
    case 'invalid-blocks':
      return `${grouped(doubt.invalid)} of ${counted(doubt.of, 'block')} were invalid`;
    case 'saturated':
      return 'the generator was saturated, so that its own queue is in the number; lower --concurrency or --rate';
    case 'no-baseline':
      return 'there is no state before to compare with';
    case 'single-baseline':
      return 'a single stored run is never a hard gate: what differs between any two runs cannot be told from the change. Give five or more with --baseline, or measure both states in one run';
    case 'few-runs':
      return `${grouped(doubt.runs)} baseline runs say too little of how runs differ; give at least ${grouped(doubt.needed)}`;
    case 'unconfirmed':
      return `it failed in only ${grouped(doubt.failed)} of ${grouped(doubt.of)} attempts`;
  }
};
