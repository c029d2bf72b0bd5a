import type { ServerProgram, ServerWord } from './server-program.ts';

/** A running server of any make, with what it says of the handshakes that it had. */
export interface Peer extends Pick<ServerProgram, 'port' | 'certificate' | 'close'> {
  /** What the server itself has counted so far; absent where it gives no word of single handshakes. */
  readonly word?: (() => Promise<ServerWord>) | undefined;
  /** Of how many handshakes the server has told that it took their early data; absent where it does not tell. */
  readonly earlyData?: () => Promise<number>;
}

export const countLines = (text: string, line: RegExp): number => [...text.matchAll(line)].length;
