import { parseArgs } from 'node:util';
import { CASES, type Case } from './case.ts';

/** What of the bench is run, and for how long. */
export interface BenchOptions {
  readonly repeats: number;
  /** Of each measurement; an engine has three times as long to warm up. */
  readonly seconds: number;
  /** Connections of a client that can have several: enough that neither side often waits for the other. */
  readonly concurrency: number;
  /** Names, or beginnings of names, of engines and tools; empty means all. */
  readonly only: readonly string[];
  readonly cases: readonly Case[];
  readonly parts: readonly Part[];
  /** Numbers in flight whose memory is read. */
  readonly inFlight: readonly number[];
  /** Handshakes of a soak. */
  readonly handshakes: number;
  /** Whether clients that wait are measured with idle cores kept from halting as well. */
  readonly keepsAwake: boolean;
  /** File that the tables are also written to. */
  readonly output: string | undefined;
}

export const PARTS = ['handshakes', 'waiting', 'workers', 'memory', 'wire', 'servers', 'soak'] as const;

export type Part = (typeof PARTS)[number];

const HELP = `npm run bench -- [options]

  --repeats N       measurements of each client, in turns; the median counts [3]
  --seconds N       length of each measurement [2]
  --concurrency N   connections of those clients that can have several [64]
  --only A,B        engines and tools whose names begin so [all]
  --cases A,B       ${CASES.map(({ id }) => id).join(', ')} [all]
  --parts A,B       ${PARTS.join(', ')} [all but soak]
  --in-flight A,B   numbers of connections whose memory is read [10,100,1000,10000]
  --handshakes N    length of a soak [2000000]
  --no-awake        does not measure waiting with idle cores kept from halting as well, which takes root
  --output FILE     writes the tables there as well
`;

/** @throws RangeError naming the option, the value and what would be right. `undefined` when help was asked for. */
export const readOptions = (argv: readonly string[]): BenchOptions | undefined => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      repeats: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '2' },
      concurrency: { type: 'string', default: '64' },
      only: { type: 'string', default: '' },
      cases: { type: 'string', default: CASES.map(({ id }) => id).join(',') },
      parts: { type: 'string', default: 'handshakes,waiting,workers,memory,wire,servers' },
      'in-flight': { type: 'string', default: '10,100,1000,10000' },
      handshakes: { type: 'string', default: '2000000' },
      'no-awake': { type: 'boolean', default: false },
      output: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return undefined;
  }
  return {
    repeats: atLeastOne('repeats', values.repeats),
    seconds: atLeastOne('seconds', values.seconds),
    concurrency: atLeastOne('concurrency', values.concurrency),
    only: listOf(values.only),
    cases: listOf(values.cases).map((id) => oneOf('cases', id, CASES, (one) => one.id)),
    parts: listOf(values.parts).map((part) => oneOf('parts', part, PARTS, (one) => one)),
    inFlight: listOf(values['in-flight']).map((number) => atLeastOne('in-flight', number)),
    handshakes: atLeastOne('handshakes', values.handshakes),
    keepsAwake: !values['no-awake'],
    output: values.output,
  };
};

/** Whether a client of this name is to be run. */
export const isWanted = ({ only }: BenchOptions, name: string): boolean =>
  only.length === 0 || only.some((beginning) => name.startsWith(beginning));

const listOf = (text: string): string[] => text.split(',').filter((part) => part !== '');

const atLeastOne = (option: string, text: string): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`--${option} must be a whole number of at least 1, but it is "${text}".`);
};

const oneOf = <One>(option: string, text: string, all: readonly One[], nameOf: (one: One) => string): One => {
  const found = all.find((one) => nameOf(one) === text);
  if (found !== undefined) return found;
  throw new RangeError(`--${option} must be one of ${all.map(nameOf).join(', ')}, but it is "${text}".`);
};
