import type { Argv, CommandModule } from 'yargs';
import { EXIT, ResumarkError, type ExitCode } from '../../domain/error.ts';
import type { ProbeRecord } from '../../domain/probe-record.ts';
import { probeEventLine } from '../../report/probe/event-text.ts';
import { expectationSentence } from '../../report/probe/expectation-text.ts';
import { PROBE_FORMATS, renderProbe, type ProbeFormat } from '../../report/probe/formats.ts';
import { readTargets } from '../../run/prepare/probed-targets.ts';
import { decodeProbe } from '../../scenario/decode.ts';
import type { CommandContext } from '../context.ts';
import { signalCode } from '../exit-code.ts';
import { probeFlagValues, withProbeFlags, type ParsedFlags } from '../flags.ts';
import { choiceOf } from '../format.ts';
import { listenForInterrupt, type Interrupt } from '../interrupt.ts';
import { ProbeProgressLine } from '../probe-progress.ts';
import { styleOf, type Terminal } from '../terminal.ts';

/** `probe <target...>`: what handshakes negotiate, whether sessions resume, on which addresses, and why not. */
export const probeCommand = (context: CommandContext): CommandModule => ({
  command: 'probe [target...]',
  describe: 'Find out without load whether sessions resume, on which addresses, and why not',
  builder: (yargs: Argv) =>
    withProbeFlags(yargs)
      .positional('target', {
        type: 'string',
        array: true,
        describe: 'host:port, a host (port 443) or a URL; each of its addresses is probed',
      })
      .options(OPTIONS)
      .example('$0 probe 127.0.0.1:8443 -k', 'one server')
      .example('$0 probe 127.0.0.1:8443 127.0.0.1:9443 -k', 'whether two servers resume the sessions of each other')
      .example('$0 probe --targets edges.txt --expect shared-keys', 'a fleet, as a check in CI'),
  handler: async (parsed) => {
    context.exitWith(await probeTargets(context, parsed));
  },
});

const OPTIONS = {
  targets: { type: 'string', requiresArg: true, describe: 'File with targets, one in a line' },
  format: {
    type: 'string',
    requiresArg: true,
    default: 'table',
    describe: `Output format: ${PROBE_FORMATS.join(', ')}`,
    group: 'Output:',
  },
  quiet: { type: 'boolean', alias: 'q', describe: 'Print no progress', group: 'Output:' },
} as const;

const probeTargets = async ({ terminal }: CommandContext, parsed: ParsedFlags): Promise<ExitCode> => {
  const format = choiceOf('--format', parsed['format'], PROBE_FORMATS);
  const settings = decodeProbe(probeFlagValues(parsed));
  const targets = await targetsOf(parsed);
  // No other command needs what reads certificates' staples: it would take a tenth of their start.
  const { probe } = await import('../../run/studies/probe.ts');
  const progress = new ProbeProgressLine(terminal, parsed['quiet'] === true);
  const interrupt = listenForInterrupt();
  try {
    const record = await probe(targets, settings, {
      signal: interrupt.signal,
      onProgress: progress.show,
      onStart: progress.start,
      onEvent: (event, dialled) => {
        progress.note(probeEventLine(event, dialled));
      },
    });
    progress.clear();
    terminal.out(renderProbe(record, format, styleOf(terminal)));
    tellUnmet(terminal, record, format);
    return exitCodeOf(record, interrupt);
  } finally {
    progress.clear();
    interrupt.end();
  }
};

/** Formats for programs do not say in words which expectation does not hold, and why. */
const tellUnmet = ({ err }: Terminal, record: ProbeRecord, format: ProbeFormat): void => {
  if (format === 'table' || format === 'markdown' || format === 'html') return;
  for (const result of record.expectations.filter(({ holds }) => !holds))
    err(`expected: ${expectationSentence(result, record)}\n`);
};

const targetsOf = async (parsed: ParsedFlags): Promise<string[]> => {
  const given = [parsed['target'] ?? []].flat().map(String);
  const fromFile = typeof parsed['targets'] === 'string' ? await readTargets(parsed['targets']) : [];
  const targets = [...given, ...fromFile];
  if (targets.length > 0) return targets;
  throw new ResumarkError('USAGE', 'a target is missing.', 'Name at least one host:port, or a file of them with --targets.');
};

const exitCodeOf = ({ addresses, expectations }: ProbeRecord, interrupt: Interrupt): ExitCode => {
  const signal = interrupt.received();
  if (signal !== undefined) return signalCode(signal);
  if (!addresses.some(({ protocols }) => protocols.some(({ state }) => state === 'negotiated'))) return EXIT.target;
  return expectations.every(({ holds }) => holds) ? EXIT.done : EXIT.gate;
};
