import type { ProbeFinding } from '../../../domain/probe-finding.ts';
import type { FleetMap } from '../../../domain/probe-record.ts';
import { isMissed } from '../prediction.ts';

/**
 * A share of resumed sessions behind the balancer that the map does not explain. More than was
 * predicted is no loss: the balancer sends clients back to their server.
 */
export const predictionFindings = ({ predicted, balanced }: FleetMap): ProbeFinding[] => {
  if (predicted === null || balanced === null || balanced.tries === 0 || !isMissed(predicted, balanced)) return [];
  const measured = balanced.honoured / balanced.tries;
  return [
    {
      code: 'prediction-missed',
      weight: measured < predicted.share ? 'warning' : 'information',
      addresses: [],
      protocol: balanced.protocol,
      evidence: {
        predicted: predicted.share,
        predictedLow: predicted.low,
        predictedHigh: predicted.high,
        measured,
        measuredLow: balanced.low ?? 0,
        measuredHigh: balanced.high ?? 1,
        tries: balanced.tries,
      },
    },
  ];
};
