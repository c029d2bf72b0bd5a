import type { ParsedFlags } from '../../src/cli/flags.ts';
import { commandLine, commandsOf } from '../../src/cli/main.ts';

const TERMINAL = { out: () => undefined, err: () => undefined, isLive: false, hasColour: false, errColumns: 0, columns: 0 };

/** What the real parser makes of arguments, without running the command. */
export const parseCall = async (args: readonly string[]): Promise<ParsedFlags> => {
  let parsed: ParsedFlags | undefined;
  const commands = commandsOf({ terminal: TERMINAL, args: [], exitWith: () => undefined }).map((command) => ({
    ...command,
    handler: (flags: ParsedFlags) => {
      parsed = flags;
    },
  }));
  await commandLine(args, commands).parseAsync();
  if (parsed === undefined) throw new Error('no command was reached');
  return parsed;
};
