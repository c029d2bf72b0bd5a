import { EXIT } from '../domain/error.ts';
import { main } from './main.ts';
import { processTerminal } from './terminal.ts';

/** Runs the program in this process, and leaves its exit code there. */
export const start = async (): Promise<void> => {
  const terminal = processTerminal();
  const code = await main(process.argv.slice(2), terminal);
  const loss = await terminal.end();
  // A verdict stands, printed or not; but a result that nobody has is no success.
  process.exitCode = loss !== undefined && code === EXIT.done ? EXIT.partial : code;
};
