import { ALPN } from '../numbers.ts';
import { extensionName } from '../registry.ts';
import { Cursor, textOf } from './cursor.ts';

/** An extension of a message, in the order in which they stand there. */
export interface ExtensionFacts {
  readonly type: number;
  readonly name: string;
  readonly bytes: number;
}

/** The extensions of one message. */
export interface Extensions {
  readonly facts: readonly ExtensionFacts[];
  readonly has: (type: number) => boolean;
  /** Reads the content of one; `absent` where it is not there, the first where it is there twice. */
  readonly read: <T>(type: number, read: (content: Cursor) => T, absent: T) => T;
}

/** Reads the extensions that end a message; before TLS 1.3 they may be missing as a whole. @throws RangeError when they are cut. */
export const readExtensions = (cursor: Cursor): Extensions => {
  const all = cursor.left === 0 ? [] : new Cursor(cursor.vector(2)).all(readExtension);
  const find = (type: number): Extension | undefined => all.find((extension) => extension.type === type);
  return {
    facts: all.map(({ type, content }) => ({ type, name: extensionName(type), bytes: content.length })),
    has: (type) => find(type) !== undefined,
    read: (type, read, absent) => {
      const extension = find(type);
      return extension === undefined ? absent : read(new Cursor(extension.content));
    },
  };
};

/** Reads the one protocol that a server chose. */
export const readChosenAlpn = (extensions: Extensions): string | null =>
  extensions.read<string | null>(ALPN, (content) => textOf(new Cursor(content.vector(2)).vector(1)), null);

interface Extension {
  readonly type: number;
  readonly content: Uint8Array;
}

const readExtension = (cursor: Cursor): Extension => ({ type: cursor.number(2), content: cursor.vector(2) });
