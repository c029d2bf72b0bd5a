/*
 * Decoders of numbers as people write them. Each returns `undefined` for anything it does not fully
 * understand, never NaN.
 */

const COUNT = /^(\d+(?:\.\d+)?)\s*([kKmM])?$/u;
const DURATION_PART = /(\d+(?:\.\d+)?)(ms|us|µs|s|m|h)/gu;
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|us|µs|s|m|h))+$/u;

/** 24 days: timers end at 24.8 days, and anything longer is a typing error. */
export const LONGEST_MS = 24 * 24 * 3600e3;

const MULTIPLES: Readonly<Record<string, number>> = { k: 1e3, m: 1e6 };
const MILLISECONDS: Readonly<Record<string, number>> = { us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 60e3, h: 3600e3 };

/** Parses a whole number: `200`, `10k`, `1.5M`. */
export const parseCount = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const [, digits, unit = ''] = COUNT.exec(value.trim()) ?? [];
  if (digits === undefined) return undefined;
  // Rounded because 1.1k is 1100.0000000000002; a larger difference was never a whole number.
  const count = Number(digits) * (MULTIPLES[unit.toLowerCase()] ?? 1);
  const whole = Math.round(count);
  return Math.abs(count - whole) < 1e-6 && Number.isSafeInteger(whole) ? whole : undefined;
};

/**
 * Parses a duration to ms: `30s`, `250ms`, `1m30s`. A number without a unit is refused as
 * ambiguous.
 */
export const parseDurationMs = (value: unknown): number | undefined => {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (text === '0') return 0;
  if (!DURATION.test(text)) return undefined;
  let ms = 0;
  for (const [, digits, unit] of text.matchAll(DURATION_PART)) ms += Number(digits) * (MILLISECONDS[unit ?? ''] ?? 0);
  return ms <= LONGEST_MS ? ms : undefined;
};

const RATE = /^(.+?)\s*\/\s*(s|sec|m|min|h)$/u;
const SECONDS: Readonly<Record<string, number>> = { s: 1, sec: 1, m: 60, min: 60, h: 3600 };
const DECIMAL = /^(\d+(?:\.\d+)?)\s*([kKmM])?$/u;

/**
 * Parses a rate above 0, to one per second: `500/s`, `2.5k/s`, `90/min`. A number without a unit of
 * time is refused.
 */
export const parseRate = (value: unknown): number | undefined => {
  if (typeof value !== 'string') return undefined;
  const [, amount = '', unit = ''] = RATE.exec(value.trim()) ?? [];
  const [, digits, multiple = ''] = DECIMAL.exec(amount) ?? [];
  if (digits === undefined) return undefined;
  const perSecond = (Number(digits) * (MULTIPLES[multiple.toLowerCase()] ?? 1)) / (SECONDS[unit] ?? 1);
  return perSecond > 0 && Number.isFinite(perSecond) ? perSecond : undefined;
};

/** Parses a share to a fraction from 0 to 1: `20%`. */
export const parseShare = (value: unknown): number | undefined => {
  if (typeof value !== 'string') return undefined;
  const [, digits] = /^(\d+(?:\.\d+)?)\s*%$/u.exec(value.trim()) ?? [];
  const share = Number(digits) / 100;
  return share <= 1 ? share : undefined;
};
