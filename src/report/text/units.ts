import type { Unit } from '../../analysis/metrics/metric.ts';

/** Stands for what is unknown. An empty place would look like a 0 that was forgotten. */
export const ABSENT = '-';

/** A number as people read it, by its unit. */
export const formatValue = (value: number | undefined, unit: Unit): string => {
  switch (unit) {
    case 'ns':
      return formatDuration(value);
    case 'per-second':
      return formatRate(value);
    case 'share':
      return formatShare(value);
    case 'bytes':
      return formatBytes(value);
    case 's':
      return isKnown(value) ? `${grouped(value)} s` : ABSENT;
    case 'ratio':
      return isKnown(value) ? threeDigits(value) : ABSENT;
    case 'count':
      return isKnown(value) ? grouped(value) : ABSENT;
  }
};

/** `412 µs`, `1.23 ms`, `4.56 s`: three significant digits. */
export const formatDuration = (ns: number | undefined): string => {
  if (!isKnown(ns)) return ABSENT;
  if (ns < 999.5) return `${String(Math.round(ns))} ns`;
  if (ns < 999.5e3) return `${threeDigits(ns / 1e3)} µs`;
  if (ns < 999.5e6) return `${threeDigits(ns / 1e6)} ms`;
  return `${threeDigits(ns / 1e9)} s`;
};

/** `812 B`, `1.23 kB`, `25.3 GB`, in powers of ten. */
export const formatBytes = (bytes: number | undefined): string => {
  if (!isKnown(bytes)) return ABSENT;
  if (bytes < 999.5) return `${String(Math.round(bytes))} B`;
  if (bytes < 999.5e3) return `${threeDigits(bytes / 1e3)} kB`;
  if (bytes < 999.5e6) return `${threeDigits(bytes / 1e6)} MB`;
  return `${threeDigits(bytes / 1e9)} GB`;
};

/** `1,312/s`, `48.1/s`: slow rates keep three digits. */
export const formatRate = (perSecond: number | undefined): string => {
  if (!isKnown(perSecond)) return ABSENT;
  return perSecond === 0 ? '0/s' : `${threeDigits(perSecond)}/s`;
};

/**
 * `5%`, `98.7%`, `99.997%`: a share with one digit, and near 0% and 100% with as many as it takes.
 *
 * Only all is 100% and only none is 0%: 99.97% is not rounded up to a promise.
 */
export const formatShare = (fraction: number | undefined): string =>
  isKnown(fraction) ? `${shortest(fraction * 100, shareDigits(fraction))}%` : ABSENT;

const shareDigits = (fraction: number): number => {
  const toEnd = 100 * Math.min(Math.abs(fraction), Math.abs(1 - fraction));
  return toEnd === 0 || toEnd >= 1 ? 1 : Math.min(1 - Math.floor(Math.log10(toEnd)), MOST_DIGITS);
};

/** More than a fraction of type double holds near 1. */
const MOST_DIGITS = 15;

/** `-63%`, `+4.1%`: a relative change with its sign. Both directions of none are `0%`. */
export const formatChange = (fraction: number): string => signed(fraction, formatPercent(Math.abs(fraction)));

/** `63%`, `4.1%`: the size of a change, with one digit below 10%. */
export const formatPercent = (fraction: number): string =>
  isKnown(fraction) ? `${shortest(fraction * 100, fraction < 0.0995 ? 1 : 0)}%` : ABSENT;

/** `+12.3%`: a change that is held against a limit, with the digits of {@link formatShare}. */
export const formatExactChange = (fraction: number): string => signed(fraction, formatShare(Math.abs(fraction)));

/** `-1.5 points`: a difference between two shares, in percentage points. */
export const formatPoints = (difference: number): string =>
  `${signed(difference, shortest(Math.abs(difference) * 100, 1))} points`;

/** `12 s`, `119 s`, `3 min`: a time that is only estimated. */
export const formatRoughTime = (ms: number): string => {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 120 ? `${String(seconds)} s` : `${String(Math.round(seconds / 60))} min`;
};

/** `1234567` as `1,234,567`. */
export const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');

/** `1 worker`, `2 workers`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${grouped(count)} ${count === 1 ? one : many}`;

const isKnown = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value);

const signed = (value: number, size: string): string => (/[1-9]/u.test(size) ? `${value < 0 ? '-' : '+'}${size}` : size);

/** `5`, `98.7`, `1,250`: at most that many digits after the point, and none for nothing. */
const shortest = (value: number, digits: number): string => value.toLocaleString('en-US', { maximumFractionDigits: digits });

const threeDigits = (value: number): string => {
  if (value >= 99.95) return grouped(value);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
};
