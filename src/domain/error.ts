/** The documented exit codes. Precedence: usage > target > partial > gate > inconclusive. */
export const EXIT = {
  done: 0,
  internal: 1,
  usage: 2,
  inconclusive: 3,
  target: 4,
  partial: 5,
  gate: 99,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export type ErrorCode = 'USAGE' | 'SCENARIO' | 'RESULT_FILE' | 'TARGET' | 'ENGINE' | 'WORKER_LOST' | 'INTERRUPTED' | 'TERMINATED';

const EXIT_OF: Readonly<Record<ErrorCode, ExitCode>> = {
  USAGE: EXIT.usage,
  SCENARIO: EXIT.usage,
  RESULT_FILE: EXIT.usage,
  ENGINE: EXIT.usage,
  TARGET: EXIT.target,
  WORKER_LOST: EXIT.partial,
  INTERRUPTED: EXIT.interrupted,
  TERMINATED: EXIT.terminated,
};

/**
 * An error that the user can fix: the message names the subject and the value, the hint the fix.
 *
 * Everything else that is thrown is a bug in resumark and is shown with its stack.
 */
export class ResumarkError extends Error {
  override readonly name = 'ResumarkError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }

  get exitCode(): ExitCode {
    return EXIT_OF[this.code];
  }
}

/** The error of a run that its signal ended before it measured: later what was measured is kept, and it is no error. */
export const interruption = (): ResumarkError => new ResumarkError('INTERRUPTED', 'interrupted before measuring began.');

/** True for the error of a run that its signal ended before it measured. */
export const isInterruption = (error: unknown): error is ResumarkError =>
  error instanceof ResumarkError && error.code === 'INTERRUPTED';
