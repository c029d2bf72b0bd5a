import { randomBytes } from 'node:crypto';
import { allocate, cString, type NativeMemory } from '../../../engine/ffi.ts';
import { machineMs } from '../machine-clock.ts';
import { TICKET_KEY_BYTES, ticketKeyOf } from '../ticket-key.ts';

const NAME_BYTES = 16;
const HALF_BYTES = 32;

/** `OSSL_PARAM` on 64 bits, and its types. */
const PARAMETER_BYTES = 40;
const UTF8_STRING = 4;
const OCTET_STRING = 5;

/** A ticket key in native memory. */
export interface TicketKey {
  /** Of its name, 16 bytes. */
  readonly name: number;
  /** Of the cipher's key. */
  readonly cipherKey: number;
  /** Of the parameters of the MAC: digest and key. */
  readonly macParameters: number;
  /** Keeps it alive. */
  readonly memory: readonly NativeMemory[];
}

export interface Rotation {
  readonly everyMs: number;
  readonly keep: number;
  readonly phaseMs: number;
  /** Rotations that were asked for before. */
  readonly rotations?: number;
  /** Instant from which rotations are counted; `undefined` for now. */
  readonly startMs: number | undefined;
}

/**
 * The ticket keys of a server that come one after the other. Each follows from the first, so that servers that were given the same
 * one have the same keys all along. Time is looked at when a key is needed: there is no timer.
 */
export class TicketKeys {
  readonly #first: Buffer;
  readonly #rotation: Rotation;
  readonly #startMs: number;
  readonly #now: () => number;
  /** Rotations that were asked for. */
  #extra: number;
  #epoch = -1;
  /** The newest before the others. */
  #keys: readonly TicketKey[] = [];

  /** @param first drawn unless it is given; @param now a clock in ms. */
  constructor(rotation: Rotation, first: Buffer = randomBytes(TICKET_KEY_BYTES), now: () => number = machineMs) {
    this.#extra = rotation.rotations ?? 0;
    this.#first = first;
    this.#rotation = rotation;
    this.#now = now;
    this.#startMs = rotation.startMs ?? now();
  }

  rotate(): void {
    this.#extra += 1;
  }

  /** The key of new tickets, and then the previous ones that are kept. */
  get all(): readonly TicketKey[] {
    const epoch = this.#extra + Math.floor((this.#now() - this.#startMs + this.#rotation.phaseMs) / this.#rotation.everyMs);
    if (epoch !== this.#epoch) this.#turnTo(epoch);
    return this.#keys;
  }

  #turnTo(epoch: number): void {
    const kept = Math.min(this.#rotation.keep, epoch);
    this.#keys = Array.from({ length: kept + 1 }, (_, age) => nativeKey(ticketKeyOf(this.#first, epoch - age)));
    this.#epoch = epoch;
  }
}

const DIGEST_NAME = 'digest';
const KEY_NAME = 'key';
const DIGEST = 'SHA256';

/** Lays a key out as the native functions take it. */
export const nativeKey = (bytes: Buffer): TicketKey => {
  const key = allocate(TICKET_KEY_BYTES);
  bytes.copy(key.bytes);
  const [digestName, keyName, digest] = [cString(DIGEST_NAME), cString(KEY_NAME), cString(DIGEST)];
  // The last one, all zero, ends the list.
  const parameters = allocate(3 * PARAMETER_BYTES);
  writeParameter(parameters, 0, { name: digestName, type: UTF8_STRING, at: digest.address, size: DIGEST.length });
  writeParameter(parameters, 1, { name: keyName, type: OCTET_STRING, at: key.address + NAME_BYTES, size: HALF_BYTES });
  return {
    name: key.address,
    cipherKey: key.address + NAME_BYTES + HALF_BYTES,
    macParameters: parameters.address,
    memory: [key, parameters, digestName, keyName, digest],
  };
};

interface Parameter {
  readonly name: NativeMemory;
  readonly type: number;
  readonly at: number;
  readonly size: number;
}

const writeParameter = ({ bytes }: NativeMemory, index: number, { name, type, at, size }: Parameter): void => {
  const from = index * PARAMETER_BYTES;
  bytes.writeBigUInt64LE(BigInt(name.address), from);
  bytes.writeUInt32LE(type, from + 8);
  bytes.writeBigUInt64LE(BigInt(at), from + 16);
  bytes.writeBigUInt64LE(BigInt(size), from + 24);
};
