import type { Mode } from './mode.ts';
import { protocolLabel, type Protocol } from './protocol.ts';

/** One combination of state, protocol and mode. */
export interface Cell {
  readonly state: string;
  readonly protocol: Protocol;
  readonly mode: Mode;
}

/**
 * Names a cell in files and logs: `before.TLSv1.2.ticket`. No comma and no space, as HdrHistogram
 * tags demand.
 */
export const cellId = (cell: Cell): string => `${cell.state}.${cell.protocol}.${cell.mode}`;

/** Names a cell for people: `before TLS 1.2 ticket`. */
export const cellLabel = (cell: Cell): string => `${cell.state} ${protocolLabel(cell.protocol)} ${cell.mode}`;
