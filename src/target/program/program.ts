import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ResumarkError } from '../../domain/error.ts';
import type { Endpoint } from '../endpoints.ts';
import { findProgram } from './find-program.ts';
import { accepts, freePort, isFree, unkeptPort } from '../ports.ts';
import { ProcessGuard } from './process-guard.ts';
import { ProgramProcess } from './program-process.ts';
import { fillIn } from './template.ts';

/** A program, as a path or a name, and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** Files by name: templates, and bytes that are taken as they are. */
export type ProgramFiles = Readonly<Record<string, string | Uint8Array>>;

/**
 * A server program and what it needs. Everything that is text, but for the names of files, may name values: `{{folder}}`,
 * `{{address}}`, `{{port}}` and those of `values`.
 */
export interface ProgramSettings {
  /** Must stay in the foreground, and may have children. It runs in its folder. */
  readonly command: Command;
  /** It finds them in its folder. */
  readonly files?: ProgramFiles;
  /** Commands that are run in the folder before the start, each to its end. */
  readonly prepare?: readonly Command[];
  /** Beside our own. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, string>>;
  /** An address to listen on; 127.0.0.1 unless it is given. */
  readonly address?: string;
  /** A free one unless it is given. */
  readonly port?: number | undefined;
  /** Tells whether the program serves; unless it is given, that is when its port accepts connections. */
  readonly isReady?: (program: StartedProgram) => Promise<boolean>;
  readonly startTimeoutMs?: number;
  readonly stopTimeoutMs?: number;
}

/** A program that was started, and perhaps does not serve yet. */
export interface StartedProgram extends Endpoint {
  readonly folder: string;
  readonly pid: number;
}

/** A program that serves. */
export interface RunningProgram extends StartedProgram {
  /** Settles when the program has ended, by itself or stopped: `code 1`, or the signal's name. */
  readonly exited: Promise<string>;
  /** Reads what it has printed so far, on both streams. */
  readonly output: () => Promise<string>;
  /** Writes files into its folder, with values filled in. It reads them when it does. */
  readonly put: (files: ProgramFiles) => Promise<void>;
  /** Ends the program, and leaves its folder. */
  readonly stop: () => Promise<void>;
  /** Starts it again in its folder, on its port. @throws ResumarkError TARGET as {@link startProgram} does. */
  readonly start: () => Promise<void>;
  /** Stops the program and removes its folder. */
  readonly close: () => Promise<void>;
}

/** A JVM that compiles its program first takes seconds on a busy machine. */
const START_TIMEOUT_MS = 15_000;

/** Some servers let their connections end first. */
const STOP_TIMEOUT_MS = 3000;

const READY_POLL_MS = 20;

/** Of a program's output in a message: what it said last tells why it ended. */
const MOST_OUTPUT = 2000;

/**
 * Starts a server program in a folder of its own and waits until it serves. It ends with this process, however that does.
 *
 * @throws ResumarkError TARGET with the program's output when it does not come to serve, USAGE when it is not installed or a template
 *   is wrong. Nothing is left of it then.
 */
export const startProgram = async (settings: ProgramSettings): Promise<RunningProgram> => {
  const folder = join(tmpdir(), `resumark-${basename(settings.command[0])}-${randomBytes(6).toString('hex')}`);
  const guard = await ProcessGuard.start(folder);
  try {
    await mkdir(folder, { mode: 0o700 });
    return await startOnPort(folder, settings, guard);
  } catch (error) {
    await removeFolder(folder);
    await guard.release();
    throw error;
  }
};

const startOnPort = async (folder: string, settings: ProgramSettings, guard: ProcessGuard): Promise<RunningProgram> => {
  const { address = '127.0.0.1', port } = settings;
  if (port !== undefined) return startIn(folder, settings, guard, await requireFree({ address, port }));
  try {
    return await startIn(folder, settings, guard, { address, port: await freePort(address) });
  } catch (error) {
    if (!(error instanceof EndedEarly)) throw error;
    // Perhaps a server that cannot be restarted at once, so that it cannot have a port that is kept.
    await rm(outputOf(folder), { force: true });
    return startIn(folder, settings, guard, { address, port: await unkeptPort(address) });
  }
};

const outputOf = (folder: string): string => join(folder, 'output');

/** A program that ended before it served. */
class EndedEarly extends ResumarkError {}

const startIn = async (
  folder: string,
  settings: ProgramSettings,
  guard: ProcessGuard,
  endpoint: Endpoint,
): Promise<RunningProgram> => {
  const { stopTimeoutMs = STOP_TIMEOUT_MS } = settings;
  const values = valuesOf(settings, { folder, ...endpoint });
  const { command, files, prepare, environment } = filledIn(settings, values);
  await writeFiles(folder, files);
  for (const one of prepare) await runToEnd(one, folder);
  const outputPath = outputOf(folder);
  const [name, ...args] = command;
  const program = requireProgram(name);
  const launch = (): Promise<ProgramProcess> => ProgramProcess.start({ program, args, folder, environment, outputPath, guard });
  const stop = (): Promise<void> => process.stop(stopTimeoutMs);
  const untilServing = async (): Promise<void> => {
    try {
      await untilReady(running, process, settings);
    } catch (error) {
      await stop();
      throw error;
    }
  };
  let process = await launch();
  const running: RunningProgram = {
    ...endpoint,
    folder,
    get pid() {
      return process.pid;
    },
    get exited() {
      return process.exited;
    },
    output: () => readFile(outputPath, 'utf8'),
    put: (texts) => writeFiles(folder, filledInFiles(texts, values)),
    stop,
    start: async () => {
      process = await launch();
      await untilServing();
    },
    close: async () => {
      await stop();
      await removeFolder(folder);
      await guard.release();
    },
  };
  await untilServing();
  return running;
};

const requireFree = async (endpoint: Endpoint): Promise<Endpoint> => {
  if (await isFree(endpoint)) return endpoint;
  throw new ResumarkError(
    'USAGE',
    `port ${String(endpoint.port)} of ${endpoint.address} is taken, so that no server can be started on it.`,
    'End what listens there, or leave the port out to take a free one.',
  );
};

type Filled = Required<Pick<ProgramSettings, 'command' | 'files' | 'prepare' | 'environment'>>;

type Texts = Readonly<Record<string, string>>;

const valuesOf = (settings: ProgramSettings, { folder, address, port }: Endpoint & { readonly folder: string }): Texts => ({
  folder,
  address,
  port: String(port),
  ...settings.values,
});

const filledIn = (settings: ProgramSettings, values: Texts): Filled => {
  const { command, files = {}, prepare = [], environment = {} } = settings;
  const filled = (text: string, name: string): string => fillIn(text, values, name);
  const ofCommand = ([program, ...args]: Command): Command => [
    filled(program, program),
    ...args.map((arg) => filled(arg, `an argument of ${program}`)),
  ];
  return {
    command: ofCommand(command),
    files: filledInFiles(files, values),
    prepare: prepare.map(ofCommand),
    environment: mapped(environment, filled),
  };
};

/** Bytes stay as they are. */
const filledInFiles = (files: ProgramFiles, values: Texts): ProgramFiles =>
  mapped(files, (content, name) => (typeof content === 'string' ? fillIn(content, values, name) : content));

const mapped = <From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, name: string) => To,
): Record<string, To> => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));

const writeFiles = async (folder: string, files: ProgramFiles): Promise<void> => {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
};

const requireProgram = (name: string): string => {
  const found = findProgram(name);
  if (found !== undefined) return found;
  throw new ResumarkError('USAGE', `the program ${name} is not installed.`, 'Install it, or give its path.');
};

/** Runs a step; its output is in the message when it fails. */
const runToEnd = async ([name, ...args]: Command, folder: string): Promise<void> => {
  try {
    await promisify(execFile)(requireProgram(name), args, { cwd: folder });
  } catch (error) {
    if (error instanceof ResumarkError) throw error;
    throw new ResumarkError('TARGET', error instanceof Error ? error.message.trim() : String(error));
  }
};

const untilReady = async (program: RunningProgram, process: ProgramProcess, settings: ProgramSettings): Promise<void> => {
  const { isReady = accepts, startTimeoutMs = START_TIMEOUT_MS } = settings;
  const deadline = performance.now() + startTimeoutMs;
  while (!(await isReady(program))) {
    if (process.end !== undefined)
      throw new EndedEarly('TARGET', await notReady(program, settings, `ended with ${process.end} before it served`));
    if (performance.now() > deadline)
      throw new ResumarkError('TARGET', await notReady(program, settings, `did not serve within ${String(startTimeoutMs)} ms`));
    await sleep(READY_POLL_MS);
  }
};

const notReady = async (
  { address, port, output }: RunningProgram,
  { command }: ProgramSettings,
  what: string,
): Promise<string> => {
  const printed = (await output()).trim().slice(-MOST_OUTPUT);
  const said = printed === '' ? 'It printed nothing.' : `It printed:\n${printed}`;
  return `${command[0]} ${what} on ${address} port ${String(port)}. ${said}`;
};

/** Files that a killed server was still writing may come in between. */
const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3 });
