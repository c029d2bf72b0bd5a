import { duration, share } from './fields.ts';

/** Beyond every time limit of a client. */
const MOST_MS = 10_000;

/** Of the way to a server that the run starts: fields of a state. */
export const wayFields = {
  rtt: duration(0, MOST_MS)
    .optional()
    .meta({ description: 'Round-trip time of the way to a server that the run starts, TCP connect included, such as 50ms' }),
  jitter: duration(0, MOST_MS)
    .optional()
    .meta({ description: 'Longest time by which the way to the server, or back, takes longer or shorter than half of rtt' }),
  loss: share().optional().meta({ description: 'Share of the packets that get lost on the way, such as 1%' }),
};

/** The way to a server: times in ms, `loss` as a fraction. */
export interface WaySettings {
  readonly rttMs: number;
  readonly jitterMs: number;
  readonly loss: number;
}

interface WrittenWay {
  readonly rtt?: number | undefined;
  readonly jitter?: number | undefined;
  readonly loss?: number | undefined;
}

/** `undefined` for a server that is dialled as it is. */
export const wayOf = ({ rtt, jitter, loss }: WrittenWay): WaySettings | undefined =>
  rtt === undefined && jitter === undefined && loss === undefined
    ? undefined
    : { rttMs: rtt ?? 0, jitterMs: jitter ?? 0, loss: loss ?? 0 };
