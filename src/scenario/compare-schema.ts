import { z } from '../domain/zod.ts';
import { duration, share } from './fields.ts';

/** When a change counts, and how sure it must be. */
export const compareSchema = z.strictObject({
  alpha: share().prefault('1%').meta({
    flag: 'alpha',
    description: 'Rate of false alarms that a whole comparison keeps to [default: 1%]',
  }),
  minEffect: share().prefault('5%').meta({
    flag: 'min-effect',
    description: 'Smallest relative change that counts [default: 5%]',
  }),
  minDelta: duration(0).optional().meta({
    flag: 'min-delta',
    description:
      'Smallest absolute change of a latency or of CPU time that counts, beside the relative one [default: 20us of latency, 5us of CPU]',
  }),
});

export type CompareSettings = z.output<typeof compareSchema>;
