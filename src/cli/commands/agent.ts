import type { Argv, CommandModule } from 'yargs';
import { EXIT, ResumarkError, type ExitCode } from '../../domain/error.ts';
import type { AgentEvent } from '../../distributed/agent/agent.ts';
import { readIdentity } from '../../run/prepare/pem.ts';
import { version } from '../../run/version.ts';
import { counted } from '../../report/text/units.ts';
import { oneLine } from '../../report/safe-text.ts';
import { parseCount } from '../../scenario/quantity.ts';
import { redisCredentials, withRedisFlags } from '../agent-flags.ts';
import type { CommandContext } from '../context.ts';
import type { ParsedFlags } from '../flags.ts';
import { listenForInterrupt } from '../interrupt.ts';

/** `agent`: loads on behalf of a coordinator, run after run, until it is ended. */
export const agentCommand = (context: CommandContext): CommandModule => ({
  command: 'agent',
  describe: 'Load on behalf of runs on another machine, until Ctrl-C',
  builder: (yargs: Argv) =>
    withRedisFlags(yargs)
      .options(OPTIONS)
      .example('$0 agent --coordinator redis://10.0.0.1', 'on each load machine')
      .example('$0 run 10.0.0.9:443 --coordinator redis://10.0.0.1 --agents 4', 'where the run is made'),
  handler: async (parsed) => {
    context.exitWith(await work(context, parsed));
  },
});

const OPTIONS = {
  coordinator: {
    type: 'string',
    requiresArg: true,
    demandOption: true,
    describe: 'Redis or Valkey server to wait for runs at: redis://host:6379, rediss:// for TLS, unix:/path',
  },
  name: { type: 'string', requiresArg: true, describe: 'Name in results', defaultDescription: 'a random one' },
  workers: { type: 'string', requiresArg: true, describe: 'Worker threads', defaultDescription: 'one per core' },
  source: { type: 'string', requiresArg: true, describe: 'Local addresses to connect from, with commas' },
  allow: {
    type: 'string',
    requiresArg: true,
    describe: 'Addresses and networks that it lets itself be made to load, with commas',
    defaultDescription: 'loopback and private addresses',
  },
  cert: { type: 'string', requiresArg: true, describe: 'Client certificate, for runs that use one (PEM)' },
  key: { type: 'string', requiresArg: true, describe: 'Its key (PEM); it never leaves this machine' },
  quiet: { alias: 'q', type: 'boolean', describe: 'Print nothing but errors' },
} as const;

const work = async ({ terminal }: CommandContext, parsed: ParsedFlags): Promise<ExitCode> => {
  const tell = (text: string): void => {
    if (parsed['quiet'] !== true) terminal.err(`${oneLine(text)}\n`);
  };
  const [{ serveAsAgent }, { AllowedTargets }, { brokerAddress }, { warnIfOpen }] = await Promise.all([
    import('../../distributed/agent/agent.ts'),
    import('../../distributed/agent/allowed-targets.ts'),
    import('../../distributed/broker/address.ts'),
    import('../../distributed/gather.ts'),
  ]);
  const allowed = new AllowedTargets(listOf(parsed['allow']));
  const tls = { cert: textOf(parsed['cert']), key: textOf(parsed['key']) };
  const options = {
    name: nameOf(parsed['name']),
    version,
    workers: workersOf(parsed['workers']),
    sources: listOf(parsed['source']),
    allowed,
    identity: await readIdentity({ tls }),
  };
  const coordinator = await brokerAddress(String(parsed['coordinator']), redisCredentials(parsed));
  await warnIfOpen(coordinator, (text) => {
    terminal.err(`warning: ${text}\n`);
  });
  const interrupt = listenForInterrupt();
  try {
    await serveAsAgent({
      ...options,
      coordinator,
      signal: interrupt.signal,
      onEvent: (event) => {
        tell(eventText(event, coordinator.shown));
      },
    });
  } finally {
    interrupt.end();
  }
  return EXIT.done;
};

const eventText = (event: AgentEvent, at: string): string => {
  switch (event.type) {
    case 'waiting':
      return `${event.name} waits at ${at} with ${counted(event.workers, 'worker')}, and may load ${event.allowed}; Ctrl-C ends it`;
    case 'claimed':
      return `works for run ${event.run}`;
    case 'left':
      return `left run ${event.run}${event.reason === undefined ? '' : `: ${event.reason}`}`;
    case 'silent':
      return `Redis does not answer; it is tried again`;
    case 'heard':
      return 'Redis answers again';
  }
};

const listOf = (flag: unknown): readonly string[] => (typeof flag === 'string' ? flag.split(',').filter(Boolean) : []);

const textOf = (flag: unknown): string | undefined => (typeof flag === 'string' ? flag : undefined);

const NAME = /^[\w.-]{1,64}$/u;

const nameOf = (flag: unknown): string | undefined => {
  const name = textOf(flag);
  if (name === undefined || NAME.test(name)) return name;
  throw new ResumarkError(
    'USAGE',
    `--name ${JSON.stringify(flag)} is no name of an agent.`,
    'Use up to 64 letters, digits, dots, hyphens and underscores.',
  );
};

const workersOf = (flag: unknown): number | undefined => {
  if (flag === undefined) return undefined;
  const workers = parseCount(flag);
  if (workers !== undefined && workers >= 1 && workers <= 1024) return workers;
  throw new ResumarkError(
    'USAGE',
    `--workers must be a whole number from 1 to 1024, but it is ${JSON.stringify(flag)}.`,
    'Leave it out for one worker per core.',
  );
};
