/** Tags of ASN.1 elements (X.690). */
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const NULL = 0x05;
export const OBJECT_IDENTIFIER = 0x06;
export const ENUMERATED = 0x0a;
export const GENERALIZED_TIME = 0x18;
export const SEQUENCE = 0x30;

/** Builds the DER of an element from its content, whose parts follow one another. */
export const element = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body]);
};

/** Builds the DER of a whole number that is not negative. */
export const integerElement = (value: number): Buffer => unsignedElement(Uint8Array.from(bytesOfWhole(value)));

/** Builds the DER of a number from its bytes, the highest first. */
export const unsignedElement = (bytes: Uint8Array): Buffer =>
  // A leading zero keeps the sign bit clear.
  (bytes[0] ?? 0) < 0x80 ? element(INTEGER, bytes) : element(INTEGER, Uint8Array.of(0), bytes);

/** Builds the DER of a time, to the second. */
export const timeElement = (ms: number): Buffer => {
  const digits = new Date(ms).toISOString().slice(0, 19).replaceAll(/\D/gu, '');
  return element(GENERALIZED_TIME, Buffer.from(`${digits}Z`));
};

const lengthOf = (length: number): number[] => {
  if (length < 0x80) return [length];
  const bytes = bytesOfWhole(length);
  return [0x80 | bytes.length, ...bytes];
};

const bytesOfWhole = (value: number): number[] => {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return bytes;
};

/** An element within DER: its content stands from `start` to `end`, its head from `at`. */
export interface Element {
  readonly tag: number;
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

/** Reads the element at a place, within what ends at `end`. @throws RangeError when it is cut. */
export const readElement = (der: Uint8Array, at: number, end: number): Element => {
  const tag = der[at];
  const first = der[at + 1];
  if (tag === undefined || first === undefined || at + 2 > end) throw new RangeError('DER ends inside an element');
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  let length = first < 0x80 ? first : 0;
  for (let i = 0; i < lengthBytes; i++) length = length * 256 + (der[at + 2 + i] ?? 0);
  const start = at + 2 + lengthBytes;
  if (start + length > end) throw new RangeError('a DER element is longer than what holds it');
  return { tag, at, start, end: start + length };
};

/** Reads the elements that another one consists of. @throws RangeError when one is cut. */
export const readElements = (der: Uint8Array, { start, end }: Element): Element[] => {
  const elements: Element[] = [];
  for (let at = start; at < end; at = elements.at(-1)?.end ?? end) elements.push(readElement(der, at, end));
  return elements;
};
