import { ResumarkError, type ExitCode } from '../domain/error.ts';
import { STANDARD_INPUT } from '../run/files/scenario-file.ts';
import type { Scenario } from '../scenario/schema.ts';
import { canHaveOwnNetwork, inOwnNetwork, isOwnNetwork } from '../target/way/own-network.ts';
import type { CommandContext } from './context.ts';

/**
 * Runs the command again in a network of its own, where a state has a way to its server that takes time.
 *
 * @returns its exit code; `undefined` when the command is to go on here.
 * @throws ResumarkError USAGE when the scenario cannot be read again, or names a server that is outside of that network.
 */
export const ranInOwnNetwork = async ({ args }: CommandContext, { states }: Scenario): Promise<ExitCode | undefined> => {
  const all = Object.entries(states);
  const hasWay = all.some(([, state]) => state.kind !== 'target' && state.way !== undefined);
  if (!hasWay || isOwnNetwork() || !canHaveOwnNetwork()) return undefined;
  for (const [label, state] of all) if (state.kind === 'target') throw outside(label, state.target);
  if (args.includes(STANDARD_INPUT)) throw unreadable();
  const [, program = ''] = process.argv;
  // The exit codes of a command are those of this program.
  return (await inOwnNetwork([program, ...args])) as ExitCode;
};

const outside = (label: string, target: string): ResumarkError =>
  new ResumarkError(
    'USAGE',
    `state ${label} is the running server ${target}, which cannot be reached from the network that the rtt of another state needs.`,
    'Let the run start that server too, or leave rtt, jitter and loss out.',
  );

const unreadable = (): ResumarkError =>
  new ResumarkError(
    'USAGE',
    'a scenario with rtt, jitter or loss is read twice, and standard input can be read once.',
    'Name a file.',
  );
