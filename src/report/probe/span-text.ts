import type { Bracket } from '../../domain/watch-report.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `850 ms`, `9.52 s`, `4 min 10 s`, `2 h 5 min`, `7 d 1 h`: a time as people say it. */
export const spanText = (ms: number): string => {
  if (ms < 999.5) return `${String(Math.round(ms))} ms`;
  if (ms < MINUTE_MS - 5) return `${String(Number((ms / 1000).toPrecision(3)))} s`;
  const whole = Math.round(ms / 1000) * 1000;
  const [count, size, rest, smaller] = whole < HOUR_MS ? MINUTES : whole < DAY_MS ? HOURS : DAYS;
  const parts = [`${String(Math.floor(whole / count))} ${size}`, `${String(Math.floor((whole % count) / rest))} ${smaller}`];
  return parts.filter((part) => !part.startsWith('0 ')).join(' ');
};

const MINUTES = [MINUTE_MS, 'min', 1000, 's'] as const;
const HOURS = [HOUR_MS, 'h', MINUTE_MS, 'min'] as const;
const DAYS = [DAY_MS, 'd', HOUR_MS, 'h'] as const;

/** `9.8 s to 10.2 s`; `at least 30 min`; `at most 2 s`. */
export const bracketText = ({ lowMs, highMs }: Bracket): string => {
  if (highMs === null) return `at least ${spanText(lowMs)}`;
  if (lowMs === 0) return `at most ${spanText(highMs)}`;
  const [low, high] = [spanText(lowMs), spanText(highMs)];
  return low === high ? low : `${low} to ${high}`;
};
