import type { GateDecision, GateOutcome, GateResult } from '../../domain/gate.ts';
import { escaped } from '../markdown.ts';
import { oneLine } from '../safe-text.ts';
import { decisionSentence, gateLine, gateName, gateSentence } from './gate-text.ts';

const ORDER: readonly GateOutcome[] = ['failed', 'inconclusive', 'passed'];

/** The results, failed ones first. */
export const byUrgency = ({ results }: GateDecision): GateResult[] =>
  results.toSorted((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome));

/** The gates for a terminal: a line each, and the decision. */
export const gateLines = (decision: GateDecision): string[] =>
  [...byUrgency(decision).map(gateLine), decisionSentence(decision)].map(oneLine);

const MARK: Readonly<Record<GateOutcome, string>> = { failed: '❌', inconclusive: '❔', passed: '✅' };

/** The gates for a pull request: the decision, and a line for each. */
export const gateMarkdown = (decision: GateDecision): string[] => [
  `**${escaped(decisionSentence(decision))}**`,
  '',
  ...byUrgency(decision).map(
    (result) => `- ${MARK[result.outcome]} ${escaped(gateName(result))}: ${escaped(gateSentence(result))}`,
  ),
];
