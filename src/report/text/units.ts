import type { Unit } from '../../analysis/metrics/metric.ts';

/** What is unknown. An empty place would look like a 0 that was forgotten. */
export const ABSENT = '-';

/** Below this a relative change is called none: it is under what a histogram of three digits and a quiet machine can tell. */
const UNCHANGED_BELOW = 0.01;

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
      return isKnown(value) ? `${grouped(value)} B` : ABSENT;
    case 's':
      return isKnown(value) ? `${grouped(value)} s` : ABSENT;
    case 'ratio':
      return isKnown(value) ? threeDigits(value) : ABSENT;
    case 'count':
      return isKnown(value) ? grouped(value) : ABSENT;
  }
};

/** `412 us`, `1.23 ms`, `4.56 s`: three significant digits. */
export const formatDuration = (ns: number | undefined): string => {
  if (!isKnown(ns)) return ABSENT;
  if (ns < 999.5) return `${String(Math.round(ns))} ns`;
  if (ns < 999.5e3) return `${threeDigits(ns / 1e3)} us`;
  if (ns < 999.5e6) return `${threeDigits(ns / 1e6)} ms`;
  return `${threeDigits(ns / 1e9)} s`;
};

/** `1,312/s`, `48.1/s`: slow rates keep three digits. */
export const formatRate = (perSecond: number | undefined): string => {
  if (!isKnown(perSecond)) return ABSENT;
  return perSecond === 0 ? '0/s' : `${threeDigits(perSecond)}/s`;
};

/** A share in percent. Only all is 100 %, and only none is 0 %: 99.97 % is not rounded up to a promise. */
export const formatShare = (fraction: number | undefined): string => {
  if (!isKnown(fraction)) return ABSENT;
  if (fraction === 0 || fraction === 1) return `${String(fraction * 100)} %`;
  const percent = Math.min(Math.max(fraction * 100, 0.1), 99.9);
  return `${percent.toFixed(1)} %`;
};

/** A relative change in percent, signed: `-63 %`; `unchanged` below 1 %. */
export const formatChange = (fraction: number): string => {
  if (!Number.isFinite(fraction)) return ABSENT;
  if (isUnchanged(fraction)) return 'unchanged';
  return `${fraction > 0 ? '+' : '-'}${grouped(Math.abs(fraction) * 100)} %`;
};

/** Whether a relative change is too small to be called one. */
export const isUnchanged = (fraction: number): boolean => Math.abs(fraction) < UNCHANGED_BELOW;

/** `25.3 GB`, in powers of ten. */
export const formatMemory = (bytes: number): string => `${threeDigits(bytes / 1e9)} GB`;

/** `1234567` as `1,234,567`. */
export const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');

/** `1 worker`, `2 workers`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${grouped(count)} ${count === 1 ? one : many}`;

const isKnown = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value);

const threeDigits = (value: number): string => {
  if (value >= 99.95) return grouped(value);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
};
