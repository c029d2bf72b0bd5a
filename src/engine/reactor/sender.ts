import type { Exchange } from './tls-connection.ts';
import type { Slot } from './slot.ts';
import { RESET } from './receiver.ts';
import type { Sockets } from './sockets.ts';

/** Sends the output of TLS connections, and keeps what a socket does not take at once. */
export class Sender {
  readonly #sockets: Sockets;
  readonly #output: Exchange['output'];

  constructor(sockets: Sockets, { output }: Exchange) {
    this.#sockets = sockets;
    this.#output = output;
  }

  /** Sends what the slot's connection has just put out, after what is still unsent. */
  sendOutput(slot: Slot): void {
    const { outputBytes } = slot.connection;
    const { address, bytes } = this.#output;
    if (outputBytes === 0) return;
    slot.bytesOut += outputBytes;
    const sent = slot.unsent === undefined ? this.#sockets.send(slot.fd, address, outputBytes) : 0;
    // A connection that is gone is found out by the reading that follows.
    if (sent < 0) slot.isReset = sent === RESET;
    if (sent < 0 || sent === outputBytes) return;
    const rest = Buffer.from(bytes.subarray(sent, outputBytes));
    slot.unsent = slot.unsent === undefined ? rest : Buffer.concat([slot.unsent, rest]);
  }

  /** Sends on what is still unsent. */
  sendRest(slot: Slot): void {
    const { unsent } = slot;
    if (unsent === undefined) return;
    const bytes = unsent.copy(this.#output.bytes);
    const sent = this.#sockets.send(slot.fd, this.#output.address, bytes);
    if (sent < 0) slot.isReset = sent === RESET;
    slot.unsent = sent < 0 || sent === unsent.length ? undefined : unsent.subarray(sent);
  }
}
