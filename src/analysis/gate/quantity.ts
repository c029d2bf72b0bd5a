import { parseDurationMs, parseRate } from '../../scenario/quantity.ts';
import type { Unit } from '../metrics/metric.ts';

/** What a value of each unit looks like, for messages. */
export const QUANTITY_EXAMPLES: Readonly<Record<Unit, string>> = {
  ns: 'a duration such as 25ms or 400us',
  'per-second': 'a rate such as 500/s',
  share: 'a share such as 99% or 5%',
  s: 'a duration such as 300s or 2h',
  ratio: 'a number such as 2.5',
  bytes: 'a number of bytes such as 1500',
  count: 'a whole number such as 0',
};

/** The value in the metric's unit (ns, per second, fraction, bytes, count); `undefined` when it is none. */
export const parseQuantity = (text: string, unit: Unit): number | undefined => {
  switch (unit) {
    case 'ns': {
      const ms = parseDurationMs(text);
      return ms === undefined ? undefined : ms * 1e6;
    }
    case 's': {
      const ms = parseDurationMs(text);
      return ms === undefined ? undefined : ms / 1e3;
    }
    case 'ratio':
      return /^\d+(?:\.\d+)?$/u.test(text) ? Number(text) : undefined;
    case 'per-second':
      return parseRate(text);
    case 'share': {
      const [, digits] = /^(\d+(?:\.\d+)?)\s*%$/u.exec(text) ?? [];
      return digits === undefined ? undefined : Number(digits) / 100;
    }
    case 'bytes':
    case 'count':
      return /^\d+$/u.test(text) ? Number(text) : undefined;
  }
};
