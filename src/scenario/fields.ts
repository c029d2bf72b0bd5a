import { z } from '../domain/zod.ts';
import { LONGEST_MS, parseCount, parseDurationMs, parseRate, parseShare } from './quantity.ts';

/*
 * Fields of the schema. Each decodes what people write and says what would be right: a message
 * completes the sentence "<the setting> ...".
 */

/**
 * A whole number: `10k`. Every one has an upper bound: beyond it lies only what would use up memory
 * or never end.
 */
export const count = (least: number, most: number): z.ZodType<number, number | string> => {
  const atLeast = `must be a whole number of at least ${String(least)} (10k means 10000)`;
  const atMost = `must be at most ${String(most)}`;
  return z.union([z.number(), z.string()], { error: atLeast }).transform((value, context) => {
    const parsed = parseCount(value);
    if (parsed !== undefined && parsed >= least && parsed <= most) return parsed;
    context.addIssue(parsed !== undefined && parsed > most ? atMost : atLeast);
    return z.NEVER;
  });
};

/** A duration in ms: `30s`. */
export const duration = (leastMs: number, mostMs = LONGEST_MS): z.ZodType<number, string> =>
  z.string('must be a duration with a unit, such as "30s" or "250ms"').transform((value, context) => {
    const parsed = parseDurationMs(value);
    if (parsed !== undefined && parsed >= leastMs && parsed <= mostMs) return parsed;
    context.addIssue(durationMessage(parsed, leastMs, mostMs));
    return z.NEVER;
  });

const durationMessage = (parsed: number | undefined, leastMs: number, mostMs: number): string => {
  if (parsed === undefined) return 'must be a duration with a unit, such as "30s" or "250ms", and at most 24 days';
  return parsed < leastMs
    ? `must be a duration of at least ${String(leastMs)}ms`
    : `must be a duration of at most ${String(mostMs / 1000)}s`;
};

export const choice = <const Choices extends readonly [string, ...string[]]>(
  choices: Choices,
): z.ZodType<Choices[number], Choices[number]> => z.enum(choices, { error: `must be one of ${choices.join(', ')}` });

export const listOf = <Item extends z.ZodType>(item: Item, what: string): z.ZodType<z.output<Item>[], z.input<Item>[]> =>
  z
    .array(item, `must be a list of ${what}`)
    .nonempty(`must name at least one of ${what}`)
    .refine((items) => new Set(items).size === items.length, { error: 'must not contain duplicates' });

export const text = (what: string): z.ZodType<string, string> =>
  z
    .string(`must be ${what}`)
    .min(1, `must be ${what}`)
    .max(LONGEST_TEXT, `must be ${what} of at most ${String(LONGEST_TEXT)} characters`);

/** As long as a path on Linux may be. */
const LONGEST_TEXT = 4096;

export const flag: z.ZodType<boolean, boolean> = z.boolean('must be true or false');

/** A rate per second: `500/s`. */
export const rate = (): z.ZodType<number, string> => {
  const message = 'must be a rate with a unit of time, such as "500/s", "2.5k/s" or "90/min"';
  return z.string(message).transform((value, context) => {
    const parsed = parseRate(value);
    if (parsed !== undefined && parsed <= HIGHEST_RATE) return parsed;
    context.addIssue(parsed === undefined ? message : `must be at most ${String(HIGHEST_RATE / 1e6)}M/s`);
    return z.NEVER;
  });
};

/** Several times what a machine full of cores can start. */
const HIGHEST_RATE = 1e6;

/** A share as a fraction above 0: `20%`. */
export const share = (): z.ZodType<number, string> =>
  portion('must be a share above 0% and up to 100%, such as "20%" or "0.5%"', (parsed) => parsed > 0);

/** A share as a fraction from 0: `0.1%` or `0%`. */
export const shareOrNone = (): z.ZodType<number, string> =>
  portion('must be a share from 0% to 100%, such as "0.1%"', () => true);

const portion = (message: string, isFit: (parsed: number) => boolean): z.ZodType<number, string> =>
  z.string(message).transform((value, context) => {
    const parsed = parseShare(value);
    if (parsed !== undefined && isFit(parsed)) return parsed;
    context.addIssue(message);
    return z.NEVER;
  });
