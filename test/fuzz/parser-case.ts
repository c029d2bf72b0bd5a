import { isDeepStrictEqual } from 'node:util';
import { HelloReader } from '../../src/tls/hello.ts';
import { readSessionDer } from '../../src/tls/session-der.ts';
import { Dice } from './dice.ts';
import { editBytes } from './edit-bytes.ts';

/** What a peer or a file may bring to the parsers of `src/tls`. */
export interface ParserInput {
  /** The bytes of whole conversations. */
  readonly conversations: readonly { readonly fromClient: Buffer; readonly fromServer: Buffer }[];
  /** The DER of sessions. */
  readonly sessions: readonly Buffer[];
}

/** One wrong input, chosen by the seed. @returns what is wrong with what a parser made of it, `undefined` when nothing is. */
export const playParserCase = (input: ParserInput, seed: number): string | undefined => {
  const dice = new Dice(seed);
  return dice.chance(0.3) ? playSession(dice.pick(input.sessions), dice) : playHellos(dice.pick(input.conversations), dice);
};

/** A session that is none is refused by a RangeError, and one that is taken lies inside its DER. */
const playSession = (der: Buffer, dice: Dice): string | undefined => {
  const edited = editBytes(der, dice);
  try {
    const { ticket, ticketBytes } = readSessionDer(edited);
    return ticket.length === ticketBytes && ticketBytes <= edited.length ? undefined : 'a ticket longer than its session';
  } catch (error) {
    return error instanceof RangeError ? undefined : `thrown: ${String(error)}`;
  }
};

/** Whatever the bytes: nothing is thrown, and pieces are read as the whole is. */
const playHellos = (honest: ParserInput['conversations'][number], dice: Dice): string | undefined => {
  const fromClient = dice.chance(0.5) ? editBytes(honest.fromClient, dice) : honest.fromClient;
  const fromServer = editBytes(honest.fromServer, dice);
  const whole = new HelloReader();
  whole.fromClient(fromClient);
  whole.fromServer(fromServer);
  const pieces = new HelloReader();
  feed(fromClient, dice, (start, end) => {
    pieces.fromClient(fromClient, start, end);
  });
  feed(fromServer, dice, (start, end) => {
    pieces.fromServer(fromServer, start, end);
  });
  return isDeepStrictEqual(whole.evidence(), pieces.evidence()) ? undefined : 'pieces are read otherwise than the whole';
};

const feed = (bytes: Buffer, dice: Dice, give: (start: number, end: number) => void): void => {
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + 1 + dice.below(50));
    give(at, end);
    at = end;
  }
};
