import { nowNs } from '../../engine/clock.ts';

/** Keeps the CPU busy, like a more expensive handshake. */
export const burn = (ns: number): void => {
  const endNs = nowNs() + ns;
  while (nowNs() < endNs);
};
