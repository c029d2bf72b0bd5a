import type { Unit } from '../analysis/metrics.ts';

/** What is unknown. An empty place would look like a 0 that was forgotten. */
const ABSENT = '-';

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
      return value === undefined ? ABSENT : `${grouped(value)} B`;
    case 'count':
      return value === undefined ? ABSENT : grouped(value);
  }
};

/** `412 us`, `1.23 ms`, `4.56 s`: three significant digits. */
export const formatDuration = (ns: number | undefined): string => {
  if (ns === undefined) return ABSENT;
  if (ns < 999.5) return `${String(Math.round(ns))} ns`;
  if (ns < 999.5e3) return `${threeDigits(ns / 1e3)} us`;
  if (ns < 999.5e6) return `${threeDigits(ns / 1e6)} ms`;
  return `${threeDigits(ns / 1e9)} s`;
};

export const formatRate = (perSecond: number | undefined): string =>
  perSecond === undefined ? ABSENT : `${grouped(perSecond)}/s`;

/** A share in percent. Only all is 100 %, and only none is 0 %: 99.97 % is not rounded up to a promise. */
export const formatShare = (fraction: number | undefined): string => {
  if (fraction === undefined) return ABSENT;
  if (fraction === 0 || fraction === 1) return `${String(fraction * 100)} %`;
  const percent = Math.min(Math.max(fraction * 100, 0.1), 99.9);
  return `${percent.toFixed(1)} %`;
};

/** A relative change in percent, signed: `-63 %`. */
export const formatChange = (fraction: number): string => {
  const percent = Math.round(fraction * 100);
  if (percent === 0) return '±0 %';
  return `${percent > 0 ? '+' : ''}${String(percent)} %`;
};

/** `1234567` as `1,234,567`. */
export const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');

const threeDigits = (value: number): string => {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
};
