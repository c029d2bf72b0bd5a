import type { Balance } from '../../scenario/fleet-schema.ts';
import type { Endpoint } from '../endpoints.ts';

/** The options of a balancer. */
export interface BalancerOptions {
  /** 0 for any free port. */
  readonly port: number;
  readonly nodes: readonly Endpoint[];
  readonly balance: Balance;
}

export interface BalancerRequest {
  readonly type: 'listen';
  readonly options: BalancerOptions;
}

export type BalancerResponse =
  | { readonly type: 'listening'; readonly address: string; readonly port: number }
  | { readonly type: 'failed'; readonly code: string };
