import { RECORD_HEAD_BYTES } from '../../tls/numbers.ts';
import { nowNs } from '../clock.ts';
import type { NativeMemory } from '../ffi.ts';
import type { Exchange } from '../reactor/tls-connection.ts';
import type { Primitives } from './crypto/primitives.ts';
import { OutgoingFlight } from './outgoing-flight.ts';
import { Reader } from './reader.ts';
import { MOST_RECORD_BYTES, Records } from './record.ts';
import { Schedule13 } from './schedule13.ts';
import { ServerHello } from './server-hello.ts';

/** Working state that all connections of an engine use one after another: the loop is synchronous, so one of each is enough. */
export interface WireContext {
  readonly primitives: Primitives;
  readonly exchange: Exchange;
  readonly reader: Reader;
  readonly records: Records;
  readonly flight: OutgoingFlight;
  readonly serverHello: ServerHello;
  readonly schedules: Readonly<Record<'sha256' | 'sha384', Schedule13>>;
  /** Joins a cut record with what follows it; empty again at the end of each call. */
  readonly reassemblyBuffer: NativeMemory;
  /** Room for a message that is hashed or verified in one piece. */
  readonly scratch: NativeMemory;
  readonly clockNs: () => number;
}

/** The longest piece is the signed part of a TLS 1.2 key exchange with a P-521 key. */
const SCRATCH_BYTES = 512;

export const makeWireContext = (primitives: Primitives, exchange: Exchange, clockNs: () => number = nowNs): WireContext => {
  const records = new Records(primitives.arena);
  return {
    primitives,
    exchange,
    reader: new Reader(),
    records,
    flight: new OutgoingFlight(exchange.output, records),
    serverHello: new ServerHello(),
    schedules: { sha256: new Schedule13('sha256', primitives), sha384: new Schedule13('sha384', primitives) },
    reassemblyBuffer: primitives.arena.allocate(RECORD_HEAD_BYTES + MOST_RECORD_BYTES + exchange.input.bytes.length),
    scratch: primitives.arena.allocate(SCRATCH_BYTES),
    clockNs,
  };
};
