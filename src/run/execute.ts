import { parseGate } from '../analysis/gate/parse.ts';
import { ResumarkError } from '../domain/error.ts';
import type { RunRecord } from '../domain/run-record.ts';
import type { DecodedScenario } from '../scenario/decode.ts';
import { expand, type Expansion } from '../scenario/expand.ts';
import type { Scenario } from '../scenario/schema.ts';
import { HandshakeAccount } from './handshake-account.ts';
import { measure } from './measurement.ts';
import { chooseEnding } from './prepare/choose-ending.ts';
import { discover } from './prepare/discover.ts';
import { closeStates, openStates, withOffers, type OpenState } from './prepare/open-states.ts';
import { contextOf, prepareCells } from './prepare/prepare-cells.ts';
import type { RunOptions } from './prepare/prepared.ts';
import { proveEngine } from './prepare/prove-engine.ts';
import { prepareEvents } from './prepare/server-events.ts';
import { THIS_MACHINE } from './prepare/this-machine.ts';

/**
 * Executes a scenario once: opens its states, checks each with one handshake, and measures every cell for one block per round, in turns.
 *
 * @throws ResumarkError when nothing can be measured, INTERRUPTED when the signal comes before. Once measuring has begun, what was
 *   measured is kept.
 */
export const run = async (decoded: DecodedScenario, options: RunOptions = {}): Promise<RunRecord> => {
  const { scenario } = decoded;
  refuseEmpty(expand(scenario));
  refuseUnreadableGates(scenario);
  await (options.loadFrom ?? THIS_MACHINE).check(scenario);
  const states = await openStates(scenario);
  try {
    return await runOn(states, decoded, options);
  } finally {
    await closeStates(states);
  }
};

const runOn = async (states: readonly OpenState[], written: DecodedScenario, options: RunOptions): Promise<RunRecord> => {
  const scenario = withOffers(written.scenario, states);
  const decoded = { ...written, scenario };
  const all = expand(scenario);
  const asked = prepareCells(scenario, all, states);
  const account = new HandshakeAccount(states);
  const events = await prepareEvents(scenario, states);
  const settings = asked.map((cell) => cell.settings);
  const { chosen, negotiated, unspoken } = await proveEngine(decoded, { settings, states, account, signal: options.signal });
  try {
    const expansion = await discover(chosen.engine, { decoded, expansion: all, cells: asked, unspoken });
    const cells = asked.filter(({ cell }) => expansion.cells.includes(cell));
    const ending = await chooseEnding(chosen.engine, scenario, cells);
    const generator = await (options.loadFrom ?? THIS_MACHINE).start(chosen.choice, scenario);
    try {
      await generator.open(cells.map((cell) => contextOf(cell, scenario, ending)));
      return await measure({
        decoded,
        expansion,
        states,
        cells,
        chosen,
        negotiated,
        ending,
        account,
        events,
        generator,
        options,
      });
    } finally {
      await generator.close();
    }
  } finally {
    chosen.engine.close();
  }
};

/** A run that can measure nothing must not pass. */
const refuseEmpty = ({ cells, impossible }: Expansion): void => {
  if (cells.length > 0) return;
  const reasons = [...new Set(impossible.map(({ reason }) => reason))];
  throw new ResumarkError(
    'USAGE',
    `there is nothing to measure: ${reasons.join(', and ')}.`,
    'Name other modes with --mode, or versions with --tls.',
  );
};

/** Also where nobody applies the gates: they are part of the record, which could not be read again with a wrong one. */
const refuseUnreadableGates = ({ gates }: Scenario): void => {
  for (const gate of gates) parseGate(gate);
};
