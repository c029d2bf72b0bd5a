import { existsSync } from 'node:fs';

/**
 * Reads a command line as users of other tools write it, where that has one meaning here: a target
 * or a scenario without `run`, `help run`, `serve 8443`, and flags of curl, k6 and vegeta.
 */
export const withHabits = (args: readonly string[], commands: readonly string[]): string[] => {
  const [first = '', second, ...rest] = args;
  if (first === '-v' && second === undefined) return ['--version'];
  if (first === 'help') return second === undefined ? ['--help'] : [second, '--help'];
  if (first === 'serve' && second !== undefined && /^\d+$/u.test(second))
    return withHabits(['serve', '--port', second, ...rest], commands);
  if (!commands.includes(first) && isTargetOrScenario(first)) return withHabits(['run', ...args], commands);
  return args.flatMap((arg, i) => {
    if (arg === '--json') return ['--format', 'json'];
    if (args[i - 1] === '-m' || args[i - 1] === '--mode') return [modesOf(arg)];
    const [, modes] = /^(?:--mode=|-m=?)(.+)$/u.exec(arg) ?? [];
    return modes === undefined ? [flagOf(arg)] : ['--mode', modesOf(modes)];
  });
};

const ALL_IS_SHOWN = 'Progress and warnings are printed unless --quiet is given, and run.json holds all that was measured. ';

/** Answers to what users of other tools may want by a flag that has several meanings there, by its name without dashes. */
export const FLAG_HINTS: Readonly<Record<string, string>> = {
  v: `For the version use -V or --version. ${ALL_IS_SHOWN}`,
  verbose: ALL_IS_SHOWN,
};

const isTargetOrScenario = (arg: string): boolean =>
  !arg.startsWith('-') &&
  (/:\d{1,5}\/?$/u.test(arg) || /^https:\/\//iu.test(arg) || (/\.(?:ya?ml|json)$/iu.test(arg) && existsSync(arg)));

const FLAGS: Readonly<Record<string, string>> = { '--sni': '--servername', '--ca': '--cacert' };

const flagOf = (arg: string): string => {
  const [name = '', ...value] = arg.split('=');
  const known = FLAGS[name];
  return known === undefined ? arg : [known, ...value].join('=');
};

const MODES: Readonly<Record<string, string>> = { tickets: 'ticket', '0rtt': 'early-data', '0-rtt': 'early-data', psk: 'ticket' };

const modesOf = (arg: string): string =>
  arg
    .split(',')
    .map((mode) => MODES[mode] ?? mode)
    .join(',');
