import type { BrokerAddress } from '../broker/address.ts';

/** The agents that a run wants. */
export interface PoolOptions {
  readonly coordinator: BrokerAddress;
  /** Of this program: agents of another one are not used. */
  readonly version: string;
  /** Agents that the load is split over. */
  readonly agents: number;
  readonly readyTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Called when the number of agents that are ready changes. */
  readonly onReady?: ((ready: number, asked: number) => void) | undefined;
}
