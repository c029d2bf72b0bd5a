import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { HelloReader } from '../../tls/hello.ts';
import type { NodeClient } from './client.ts';
import { Tap } from './tap.ts';

/** The socket of a connection, and the tap on it where hellos are read. */
export class Transport {
  readonly socket: Socket;
  /** Carries the TLS. */
  #stream: Duplex;
  #isClosed = false;
  readonly #onClosed: () => void;

  /** @param onClosed called once, when nothing is open any more. */
  constructor(client: NodeClient, onClosed: () => void) {
    const { address, port } = client.settings;
    const localAddress = client.nextSource();
    // Nagle and delayed ACK together would add a plateau of 40 ms.
    this.socket = connect({ host: address, port, noDelay: true, ...(localAddress !== undefined && { localAddress }) });
    this.#stream = this.socket;
    this.#onClosed = onClosed;
    this.socket.once('close', this.#noteClosed);
  }

  /** Opens the stream for node:tls. It passes by a reader if one is given. */
  open(hellos: HelloReader | undefined): Duplex {
    if (hellos === undefined) return this.socket;
    this.#stream = new Tap(this.socket, hellos);
    this.#stream.once('close', this.#noteClosed);
    return this.#stream;
  }

  reset(): void {
    // Before it is connected node would put a reset off until it is.
    if (this.socket.connecting) this.socket.destroy();
    else this.socket.resetAndDestroy();
  }

  /** A thread that ends while its sockets and taps are being closed can turn for ever (seen on 20.20): the end of both is waited for. */
  readonly #noteClosed = (): void => {
    if (this.#isClosed || !this.socket.closed || !this.#stream.closed) return;
    this.#isClosed = true;
    this.#onClosed();
  };
}
