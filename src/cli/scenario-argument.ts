import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ResumarkError } from '../domain/error.ts';
import { readScenarioFile, STANDARD_INPUT } from '../run/files/scenario-file.ts';
import { decodeScenario, type DecodedScenario, type RawSettings } from '../scenario/decode.ts';
import { flagValues, type ParsedFlags } from './flags.ts';

/**
 * Decodes the scenario that an argument names: a file, or one target as host:port. Flags override
 * the file.
 *
 * @throws ResumarkError SCENARIO or USAGE.
 */
export const decodeArgument = async (written: string, parsed: ParsedFlags): Promise<DecodedScenario> => {
  // yargs gives a lone "-" as empty text.
  const argument = written === '' ? STANDARD_INPUT : written;
  const flags = flagValues(parsed);
  const label = parsed['label'];
  if (isFile(argument)) {
    if (label !== undefined) {
      throw new ResumarkError(
        'USAGE',
        '--label names the state of a host:port target, but a scenario file names its own states.',
      );
    }
    return decodeScenario(await readScenarioFile(argument), flags, argument);
  }
  refuseScenarioName(argument);
  return decodeScenario(targetScenario(argument, typeof label === 'string' ? label : 'target'), flags, argument);
};

/**
 * True for standard input, and for a name with the extension of a scenario file; without a port or
 * a scheme also for a path with a slash or an existing file.
 */
const isFile = (argument: string): boolean =>
  argument === STANDARD_INPUT ||
  (!IS_URL.test(argument) &&
    (/\.(?:ya?ml|json)$/iu.test(argument) || (!/:\d+\/?$/u.test(argument) && (/[/\\]/u.test(argument) || existsSync(argument)))));

const IS_URL = /^[a-z][a-z\d+.-]*:\/\//iu;

/** @throws ResumarkError for a name that is that of a scenario and could be a host's. */
const refuseScenarioName = (argument: string): void => {
  if (!/^[\w-]+$/u.test(argument)) return;
  const path = [join('scenarios', `${argument}.yaml`), join(SHIPPED, `${argument}.yaml`)].find((file) => existsSync(file));
  if (path === undefined) return;
  throw new ResumarkError(
    'USAGE',
    `"${argument}" is the name of a scenario, and could be that of a host.`,
    `For the scenario write ${path}, for the host ${argument}:443.`,
  );
};

const SHIPPED = fileURLToPath(new URL('../../scenarios', import.meta.url));

const targetScenario = (target: string, label: string): RawSettings => ({
  name: label === 'target' ? target.replace(/[^\w.-]/gu, '-').slice(0, 64) : label,
  states: { [label]: { target } },
});
