import { ResumarkError, type ErrorCode } from '../../domain/error.ts';

/** An error as it crosses threads: postMessage would drop its name, code and hint. */
export interface PlainError {
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: ErrorCode | undefined;
  readonly hint: string | undefined;
}

export const toPlainError = (error: unknown): PlainError => ({
  message: error instanceof Error ? error.message : String(error),
  stack: error instanceof Error ? error.stack : undefined,
  code: error instanceof ResumarkError ? error.code : undefined,
  hint: error instanceof ResumarkError ? error.hint : undefined,
});

export const fromPlainError = (plain: PlainError): Error => {
  if (plain.code !== undefined) return new ResumarkError(plain.code, plain.message, plain.hint);
  const error = new Error(plain.message);
  if (plain.stack !== undefined) error.stack = plain.stack;
  return error;
};
