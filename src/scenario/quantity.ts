/** Decoders of what people write for numbers. Each gives `undefined` for anything that is not wholly understood, never NaN. */

const COUNT = /^(\d+(?:\.\d+)?)\s*([kKmM])?$/u;
const DURATION_PART = /(\d+(?:\.\d+)?)(ms|us|µs|s|m|h)/gu;
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|us|µs|s|m|h))+$/u;

/** Thirty days. What is longer is a slip of the keys, and timers end at 24.8 days anyway. */
const LONGEST_MS = 30 * 24 * 3600e3;

const MULTIPLES: Readonly<Record<string, number>> = { k: 1e3, m: 1e6 };
const MILLISECONDS: Readonly<Record<string, number>> = { us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 60e3, h: 3600e3 };

/** `200`, `10k`, `1.5M`: a whole number. */
export const parseCount = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const [, digits, unit = ''] = COUNT.exec(value.trim()) ?? [];
  if (digits === undefined) return undefined;
  // Rounded against 1.1k being 1100.0000000000002; what is still no whole number was none to begin with.
  const count = Number(digits) * (MULTIPLES[unit.toLowerCase()] ?? 1);
  const whole = Math.round(count);
  return Math.abs(count - whole) < 1e-6 && Number.isSafeInteger(whole) ? whole : undefined;
};

/** `30s`, `250ms`, `1m30s` in ms. A bare number has no unit and is refused: nobody agrees on what it would be. */
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

/** `500/s`, `2.5k/s`, `90/min` per second, above 0. A bare number has no unit of time and is refused. */
export const parseRate = (value: unknown): number | undefined => {
  if (typeof value !== 'string') return undefined;
  const [, amount = '', unit = ''] = RATE.exec(value.trim()) ?? [];
  const [, digits, multiple = ''] = DECIMAL.exec(amount) ?? [];
  if (digits === undefined) return undefined;
  const perSecond = (Number(digits) * (MULTIPLES[multiple.toLowerCase()] ?? 1)) / (SECONDS[unit] ?? 1);
  return perSecond > 0 && Number.isFinite(perSecond) ? perSecond : undefined;
};

/** `20%` as a fraction, from 0 to 1. */
export const parseShare = (value: unknown): number | undefined => {
  if (typeof value !== 'string') return undefined;
  const [, digits] = /^(\d+(?:\.\d+)?)\s*%$/u.exec(value.trim()) ?? [];
  const share = Number(digits) / 100;
  return share <= 1 ? share : undefined;
};
