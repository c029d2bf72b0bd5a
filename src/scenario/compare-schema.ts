import { z } from '../domain/zod.ts';
import { duration, share } from './fields.ts';

/** The settings of a comparison: how large and how significant a change must be. */
export const compareSchema = z.strictObject({
  alpha: share().prefault('1%').meta({
    flag: 'alpha',
    description: 'False alarm rate of the whole comparison [default: 1%]',
  }),
  minEffect: share().prefault('5%').meta({
    flag: 'min-effect',
    description: 'Ignore relative changes below this [default: 5%]',
  }),
  minDelta: duration(0).optional().meta({
    flag: 'min-delta',
    description: 'Ignore absolute changes of a latency or CPU time below this [default: 20us of latency, 5us of CPU time]',
  }),
});

export type CompareSettings = z.output<typeof compareSchema>;
