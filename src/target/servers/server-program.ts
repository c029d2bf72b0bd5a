import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { SuccessiveMeter } from '../../cpu/successive-meter.ts';
import { ResumarkError } from '../../domain/error.ts';
import { nearest } from '../../domain/suggest.ts';
import type { Resumption } from '../../scenario/server-schema.ts';
import { certificateFiles } from '../certificate-pair.ts';
import type { KeyType } from '../certificate.ts';
import type { OpenTarget } from '../open-target.ts';
import { startProgram, type Command, type ProgramFiles, type ProgramSettings } from '../program/program.ts';
import { certificateSeries, type CertificateSeries } from './certificate-series.ts';
import { installedProgram, recipeOf, RECIPES } from './catalogue.ts';
import { ProgramAccount } from './program-account.ts';
import { programControls } from './program-controls.ts';
import type { ServerAccount, ServerRecipe, TicketKeys } from './recipe.ts';

/** A server program that a run starts. */
export interface ServerProgramSettings {
  /** Name or path. */
  readonly program: string;
  readonly keyType: KeyType;
  /** `undefined` leaves it at the most that the program can. */
  readonly resumption: readonly Resumption[] | undefined;
  /** What a program that Resumark has no recipe for needs to be started; `undefined` takes the recipe. */
  readonly own: OwnSettings | undefined;
  /** True where every handshake is followed by an HTTP request. */
  readonly hasRequests: boolean;
  /** True where it will be given other certificates while it serves: then an authority issues them. */
  readonly isRenewed: boolean;
  /** What the nodes of a fleet have in common; certificates of its own unless they are given. */
  readonly certificates?: CertificateSeries | undefined;
  /** `undefined` leaves its ticket keys to the program. */
  readonly ticketKeys?: TicketKeys | undefined;
  /** A free one unless it is given. */
  readonly port?: number | undefined;
}

/** Arguments and files of a user's own, which may name values such as `{{port}}`. */
export interface OwnSettings {
  readonly args: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  /** At which it reads them again; `undefined` where it does not. */
  readonly reloadSignal: NodeJS.Signals | undefined;
}

/** A server program that serves. */
export interface ServerProgram extends OpenTarget {
  /** Name and version: `nginx 1.22.1`. */
  readonly name: string;
  /** Resumption that it offers; `undefined` where nothing is known. */
  readonly resumption: readonly Resumption[] | undefined;
  /** The reason why it keeps no account of handshakes, where it keeps none. */
  readonly silence: string | undefined;
  /** True where a handshake without a request is not in that account. */
  readonly countsRequests: boolean;
}

/**
 * Starts a server program with a certificate that clients verify.
 *
 * @throws ResumarkError USAGE when the program is not installed, or cannot do what is asked; TARGET with its output when it does not
 *   come to serve. Nothing is left of it then.
 */
export const openServerProgram = async (settings: ServerProgramSettings): Promise<ServerProgram> => {
  const { name, resumption, program, account, ...recipe } = await chosenProgram(settings);
  const certificates = settings.certificates ?? (await certificateSeries(settings));
  const files = { ...certificateFiles(await certificates.after(0)), ...program.files };
  const running = await startProgram({ ...program, files, port: settings.port });
  const silence = silenceOf(account, settings);
  const meter = new SuccessiveMeter(running.pid);
  const programAccount = account && new ProgramAccount(account, running);
  return {
    name,
    resumption,
    address: running.address,
    port: running.port,
    serverName: 'localhost',
    verify: true,
    ca: certificates.ca,
    cpu: meter,
    fleet: undefined,
    counts: silence === undefined && programAccount !== undefined ? () => programAccount.counts() : undefined,
    silence,
    countsRequests: account?.of === 'requests',
    controls: [
      programControls({
        ...recipe,
        running,
        meter,
        account: programAccount,
        certificates: settings.isRenewed ? certificates : undefined,
        ticketKeys: settings.ticketKeys,
      }),
    ],
    close: running.close,
  };
};

interface ChosenProgram
  extends Pick<ServerProgram, 'name' | 'resumption'>, Pick<ServerRecipe, 'reload' | 'useCertificate' | 'ticketKeyFiles'> {
  readonly program: ProgramSettings;
  readonly account: ServerAccount | undefined;
}

const chosenProgram = async ({ program, resumption, own, ticketKeys }: ServerProgramSettings): Promise<ChosenProgram> => {
  if (own !== undefined) {
    const command: Command = [program, ...own.args];
    const { reloadSignal } = own;
    const files = { ...(ticketKeys && { [OWN_KEY_FILE]: ticketKeys[0] }), ...own.files };
    return {
      name: basename(program),
      resumption,
      program: { command, files },
      account: undefined,
      reload: reloadSignal && signalling(reloadSignal),
      ticketKeyFiles: ([key]) => ({ [OWN_KEY_FILE]: key }),
    };
  }
  const recipe = recipeOf(program);
  if (recipe === undefined) throw unknownProgram(program);
  const offered = offeredBy(recipe, resumption);
  const path = installedProgram(recipe, program);
  if (path === undefined) throw missingProgram(recipe, program);
  const keyFiles = keyFilesOf(recipe, offered.includes('tickets') ? ticketKeys : undefined);
  const settings = recipe.settings(path, offered, Object.keys(keyFiles));
  return {
    name: [recipe.name, await versionOf(recipe, path)].filter(Boolean).join(' '),
    resumption: offered,
    program: { ...settings, files: { ...settings.files, ...keyFiles } },
    account: recipe.account,
    reload: recipe.reload,
    useCertificate: recipe.useCertificate,
    ticketKeyFiles: recipe.ticketKeyFiles,
  };
};

/** Nothing is known of when it has done so. */
const signalling =
  (signal: NodeJS.Signals): ServerRecipe['reload'] =>
  ({ pid }) => {
    process.kill(pid, signal);
    return Promise.resolve();
  };

/** Where a program without a recipe finds a ticket key that it is given: TICKET_KEY_BYTES. */
const OWN_KEY_FILE = 'ticket.key';

/** @throws ResumarkError USAGE when the program cannot be given ticket keys. */
const keyFilesOf = ({ name, ticketKeyFiles }: ServerRecipe, keys: TicketKeys | undefined): ProgramFiles => {
  if (keys === undefined) return {};
  if (ticketKeyFiles !== undefined) return ticketKeyFiles(keys);
  const others = RECIPES.filter((recipe) => recipe.ticketKeyFiles !== undefined).map((recipe) => recipe.name);
  throw new ResumarkError(
    'USAGE',
    `${name} takes no ticket keys, so that ticketKeys must be own.`,
    `Those that take some: ${others.join(', ')}.`,
  );
};

const unknownProgram = (program: string): ResumarkError => {
  const known = RECIPES.map(({ programs }) => programs[0]);
  const meant = nearest(program, known);
  return new ResumarkError(
    'USAGE',
    `there are no settings for the program ${program}; there are for ${known.join(', ')}.`,
    `${meant === undefined ? 'Give' : `Did you mean ${meant}? Otherwise give`} the args to start it with, and the files that it needs.`,
  );
};

const missingProgram = ({ packages }: ServerRecipe, program: string): ResumarkError =>
  new ResumarkError(
    'USAGE',
    `the program ${program} is not installed.`,
    `Install it, on Debian with apt-get install ${packages}, or give its path.`,
  );

/** @throws ResumarkError USAGE when the program cannot offer it. */
const offeredBy = ({ name, resumptions }: ServerRecipe, asked: readonly Resumption[] | undefined): readonly Resumption[] => {
  const textOf = (resumption: readonly Resumption[]): string => resumption.toSorted().join(' with ') || 'none';
  if (asked === undefined) return resumptions.at(-1) ?? [];
  if (resumptions.some((one) => textOf(one) === textOf(asked))) return asked;
  throw new ResumarkError(
    'USAGE',
    `${name} cannot be set to the resumption ${textOf(asked)}.`,
    `It can offer: ${resumptions.map(textOf).join(', ')}.`,
  );
};

/** @returns undefined when it prints none that is known. */
const versionOf = async ({ version: { args, pattern } }: ServerRecipe, path: string): Promise<string | undefined> => {
  const { stdout, stderr } = await promisify(execFile)(path, args).catch(() => ({ stdout: '', stderr: '' }));
  return pattern.exec(stdout + stderr)?.[1];
};

const silenceOf = (account: ServerAccount | undefined, { hasRequests }: ServerProgramSettings): string | undefined => {
  if (account === undefined) return 'nothing is known of its log';
  if (account.of === 'requests' && !hasRequests)
    return 'its log is of requests, and the run sends none (set request: http to have it compared)';
  return undefined;
};
