import type { MetricId } from '../metrics/catalogue.ts';

/** How a metric takes part in a comparison. */
export interface ComparedMetric {
  readonly id: MetricId;
  /** Primary metrics make the verdict and share the promised rate of false alarms; the others are shown beside them. */
  readonly role: 'primary' | 'secondary';
  /**
   * A change below this is none, whatever its percentage: 20 us is what one wake-up more or less costs, 5 us what a colder cache does, and
   * a resumed handshake is short enough for either to be 5 %.
   */
  readonly floorNs: number;
}

export const COMPARED: readonly ComparedMetric[] = [
  { id: 'p50', role: 'primary', floorNs: 20_000 },
  { id: 'cpu.server', role: 'primary', floorNs: 5000 },
  { id: 'p90', role: 'secondary', floorNs: 20_000 },
  { id: 'p99', role: 'secondary', floorNs: 20_000 },
  { id: 'cpu.client', role: 'secondary', floorNs: 5000 },
  { id: 'bytes.in', role: 'secondary', floorNs: 0 },
];
