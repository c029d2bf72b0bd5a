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
