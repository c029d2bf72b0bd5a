/** The status of an answer that has not come, or whose status line was cut short. */
export const NO_STATUS = 0;

/** The status of an answer that is no HTTP/1 response. */
export const NOT_HTTP = -1;

/** Beginning of a status line: `HTTP/1.1 200` (RFC 9112, section 4). */
const VERSION = new TextEncoder().encode('HTTP/1.');
const STATUS_AT = VERSION.length + 2;

/**
 * Reads the status of an HTTP/1 response from its first bytes, without allocating.
 *
 * @returns the status, {@link NOT_HTTP} or {@link NO_STATUS}.
 */
export const httpStatus = (bytes: Uint8Array, start: number, end: number): number => {
  const length = Math.min(VERSION.length, end - start);
  for (let i = 0; i < length; i++) if (bytes[start + i] !== VERSION[i]) return NOT_HTTP;
  if (end - start < STATUS_AT + 3) return NO_STATUS;
  let status = 0;
  for (let at = start + STATUS_AT; at < start + STATUS_AT + 3; at++) status = 10 * status + digit(bytes[at]);
  return Number.isNaN(status) ? NOT_HTTP : status;
};

const digit = (code = 0): number => (code >= 0x30 && code <= 0x39 ? code - 0x30 : Number.NaN);

/** The application data that a server sends on one connection, as far as anybody looks at them: their beginning. */
export class Answer {
  hasBegun = false;
  status = NO_STATUS;

  /** Takes bytes that have come. Only the first ones are looked at. */
  take(bytes: Uint8Array, start: number, end: number): void {
    if (this.hasBegun || start === end) return;
    this.hasBegun = true;
    this.status = httpStatus(bytes, start, end);
  }

  reset(): void {
    this.hasBegun = false;
    this.status = NO_STATUS;
  }
}
