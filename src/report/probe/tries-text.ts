import type { Tries } from '../../domain/probe-record.ts';
import { failureText } from '../text/failure.ts';
import { counted, formatShare, grouped } from '../text/units.ts';

/** A word on how to read {@link triesText}. */
export const TRIES_READING =
  'n of m: attempts in which the session was honoured, and the bounds of their share with 95% confidence.';

/** `8 of 8, at least 63.1%`; `0 of 8, at most 36.9%`; `5 of 8, 24.5% to 91.5%`: attempts, and what they exclude. */
export const triesText = (tries: Tries): string => [ratioText(tries), ...boundTexts(tries), ...failedTexts(tries)].join(', ');

/** `5 of 8`; `not tried`. */
export const ratioText = ({ tries, honoured }: Tries): string =>
  tries === 0 ? 'not tried' : `${grouped(honoured)} of ${grouped(tries)}`;

const boundTexts = ({ tries, honoured, low, high }: Tries): string[] => {
  if (low === null || high === null) return [];
  if (honoured === tries) return [`at least ${formatShare(low)}`];
  return honoured === 0 ? [`at most ${formatShare(high)}`] : [`${formatShare(low)} to ${formatShare(high)}`];
};

const failedTexts = ({ failed }: Tries): string[] =>
  Object.entries(failed).map(([key, times]) => `${counted(times, 'time')} ${failureText(key)}`);
