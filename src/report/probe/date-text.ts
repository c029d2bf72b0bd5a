/** `2026-11-29`, UTC. */
export const dateText = (unixMs: number): string => isoText(unixMs)?.slice(0, 10) ?? UNKNOWN;

/** `2026-11-29 18:30 UTC`. */
export const minuteText = (unixMs: number): string => {
  const text = isoText(unixMs);
  return text === undefined ? UNKNOWN : `${text.slice(0, 16).replace('T', ' ')} UTC`;
};

/** `18:30:07`, UTC. */
export const clockText = (unixMs: number): string => isoText(unixMs)?.slice(11, 19) ?? UNKNOWN;

const UNKNOWN = 'an unknown date';

/** A peer may state a time that no date can hold. */
const isoText = (unixMs: number): string | undefined => {
  const time = new Date(unixMs);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
};
