/** A file to be written: one of several that a format consists of. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Makes a file name of a cell's ID: labels of a scenario are valid ones, a foreign record may hold a path. */
export const fileName = (id: string, extension: string): string =>
  `${id.replace(/[^\w.-]/gu, '_').replace(/^\.+/u, '_')}.${extension}`;
