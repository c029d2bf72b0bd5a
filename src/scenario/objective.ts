import { z } from '../domain/zod.ts';
import { withOwnQuantiles } from '../domain/quantile-name.ts';
import { parseDurationMs } from './quantity.ts';

/** The objective of a capacity search: a quantile of the response times below a limit. */
export interface Objective {
  /** As the user writes it: `p99`. */
  readonly name: string;
  /** A fraction; 1 is the maximum. */
  readonly quantile: number;
  readonly limitNs: number;
}

const QUANTILES: Readonly<Record<string, number>> = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999, max: 1 };

const NAMES = Object.keys(QUANTILES).join(', ');

const MESSAGE = `must be a quantile (${NAMES}) and a limit, such as "p99 < 25ms"`;

/** An objective: `p99 < 25ms`. */
export const objective: z.ZodType<Objective, string> = z.string(MESSAGE).transform((value, context) => {
  const [, name = '', limit = ''] = /^\s*(\w+)\s*<=?\s*(\S+)\s*$/u.exec(withOwnQuantiles(value)) ?? [];
  const quantile = QUANTILES[name];
  const limitMs = parseDurationMs(limit);
  if (quantile !== undefined && limitMs !== undefined && limitMs > 0)
    return { name, quantile, limitNs: Math.round(limitMs * 1e6) };
  context.addIssue(MESSAGE);
  return z.NEVER;
});
