import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { SuccessiveMeter } from '../../cpu/successive-meter.ts';
import { ResumarkError } from '../../domain/error.ts';
import { nearest } from '../../domain/suggest.ts';
import type { Resumption } from '../../scenario/server-schema.ts';
import { certificateFiles, type CertificateMaker, type CertificatePair, type KeyType } from '../certificate.ts';
import type { OpenTarget } from '../open-target.ts';
import { startProgram, type Command, type ProgramSettings } from '../program/program.ts';
import { installedProgram, recipeOf, RECIPES } from './catalogue.ts';
import { ProgramAccount } from './program-account.ts';
import { programControls } from './program-controls.ts';
import type { ServerAccount, ServerRecipe } from './recipe.ts';

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
 * Starts a server program with a certificate of its own, which clients verify.
 *
 * @throws ResumarkError USAGE when the program is not installed, or cannot do what is asked; TARGET with its output when it does not
 *   come to serve. Nothing is left of it then.
 */
export const openServerProgram = async (settings: ServerProgramSettings): Promise<ServerProgram> => {
  const { name, resumption, program, account, ...recipe } = await chosenProgram(settings);
  const maker = await certificates(settings);
  const makeCertificate = (): Promise<CertificatePair> => maker.make('localhost');
  const files = { ...certificateFiles(await makeCertificate()), ...program.files };
  const running = await startProgram({ ...program, files });
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
    ca: maker.trusted(),
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
        makeCertificate: settings.isRenewed ? makeCertificate : undefined,
      }),
    ],
    close: running.close,
  };
};

/** Makes its certificates. Those that follow one another have an authority that clients trust all along. */
const certificates = async ({ keyType, isRenewed }: ServerProgramSettings): Promise<CertificateMaker> => {
  // Loaded here: a run against external targets needs no certificate library.
  const { certificateMaker } = await import('../certificate.ts');
  return certificateMaker(keyType, { intermediates: 0, isSelfSigned: !isRenewed });
};

interface ChosenProgram extends Pick<ServerProgram, 'name' | 'resumption'>, Pick<ServerRecipe, 'reload' | 'useCertificate'> {
  readonly program: ProgramSettings;
  readonly account: ServerAccount | undefined;
}

const chosenProgram = async ({ program, resumption, own }: ServerProgramSettings): Promise<ChosenProgram> => {
  if (own !== undefined) {
    const command: Command = [program, ...own.args];
    const { files, reloadSignal } = own;
    return {
      name: basename(program),
      resumption,
      program: { command, files },
      account: undefined,
      reload: reloadSignal && signalling(reloadSignal),
    };
  }
  const recipe = recipeOf(program);
  if (recipe === undefined) throw unknownProgram(program);
  const offered = offeredBy(recipe, resumption);
  const path = installedProgram(recipe, program);
  if (path === undefined) throw missingProgram(recipe, program);
  return {
    name: [recipe.name, await versionOf(recipe, path)].filter(Boolean).join(' '),
    resumption: offered,
    program: recipe.settings(path, offered),
    account: recipe.account,
    reload: recipe.reload,
    useCertificate: recipe.useCertificate,
  };
};

/** Nothing is known of when it has done so. */
const signalling =
  (signal: NodeJS.Signals): ServerRecipe['reload'] =>
  ({ pid }) => {
    process.kill(pid, signal);
    return Promise.resolve();
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
