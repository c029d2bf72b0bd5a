import { ResumarkError } from '../../domain/error.ts';
import type { Gate } from '../../domain/gate.ts';
import { expand } from '../../scenario/expand.ts';
import { expectation } from '../../scenario/expectation.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { parseGate } from './parse.ts';
import { baselineState, checkGate } from './subjects.ts';

/**
 * The gates of a scenario, held against what it will measure: before anything is.
 *
 * @throws ResumarkError USAGE for a gate that is wrong or that nothing answers, and where there is nothing to gate.
 */
export const scenarioGates = (scenario: Scenario): Gate[] => {
  const cells = expand(scenario).cells.map((cell) => ({ ...cell, expected: expectation(scenario, cell) }));
  const gates = scenario.gates.map(parseGate);
  for (const gate of gates) checkGate(gate, cells, false);
  if (gates.length > 0 || baselineState(cells) !== undefined) return gates;
  throw new ResumarkError(
    'USAGE',
    'there is nothing to gate: the scenario has no gates, and there is only one state, so nothing to compare it with.',
    'Give a gate such as --threshold "ticket.resumed >= 99%", or a second state.',
  );
};
