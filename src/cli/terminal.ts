import type { TerminalStyle } from '../report/terminal.ts';
import { OutputStream } from './output-stream.ts';

/**
 * The output of a command, and what it can show. Passed in, so that a command is a function of it.
 */
export interface Terminal {
  /** Prints the result. */
  readonly out: (text: string) => void;
  /** Prints progress, notices and errors. */
  readonly err: (text: string) => void;
  /** True when stderr can show a line that is rewritten. */
  readonly isLive: boolean;
  readonly hasColour: boolean;
  /** Width of stdout; 0 where it is no terminal. */
  readonly columns: number;
  /** Width of stderr; 0 where it is no terminal. */
  readonly errColumns: number;
}

/** Returns how a table is shown there. */
export const styleOf = ({ hasColour, columns }: Terminal): TerminalStyle => ({ colour: hasColour, columns });

/** The terminal of this process, until it ends. */
export interface ProcessTerminal extends Terminal {
  /**
   * Waits until everything is printed.
   *
   * @returns the reason why a part of the result could not be.
   */
  readonly end: () => Promise<string | undefined>;
}

/** The terminal of this process. NO_COLOR, FORCE_COLOR and TERM=dumb are honoured. */
export const processTerminal = (): ProcessTerminal => {
  const [out, err] = [new OutputStream(process.stdout), new OutputStream(process.stderr)];
  return {
    out: out.write,
    err: err.write,
    isLive: process.stderr.isTTY && process.env['TERM'] !== 'dumb',
    hasColour: showsColour(process.env, process.stdout.isTTY),
    columns: process.stdout.isTTY ? process.stdout.columns : 0,
    errColumns: process.stderr.isTTY ? process.stderr.columns : 0,
    end: async () => {
      const failure = await out.end();
      if (failure !== undefined) err.write(`error: the result could not be printed: ${failure}.\n`);
      await err.end();
      return failure;
    },
  };
};

/**
 * True where colour is wanted: NO_COLOR (no-color.org) wins over FORCE_COLOR, which Node and most
 * of its tools read: 0 and false are off, anything else is on.
 */
export const showsColour = (environment: NodeJS.ProcessEnv, isTerminal: boolean): boolean => {
  if (environment['NO_COLOR']) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTerminal && environment['TERM'] !== 'dumb';
};
