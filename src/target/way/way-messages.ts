import type { WaySettings } from '../../scenario/way-schema.ts';

/** Opens the process's one way. */
export interface WayRequest {
  readonly settings: WaySettings;
  /** Ways of one run have different addresses. */
  readonly number: number;
  /** Of losses and jitter. */
  readonly seed: number;
  readonly server: { readonly address: string; readonly port: number };
}

export type WayResponse =
  | { readonly type: 'open'; readonly address: string; readonly port: number }
  | { readonly type: 'failed'; readonly reason: string };
