import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { once } from 'node:events';
import type { Failure } from '../../domain/failure.ts';
import type { RelayedServer, RelayFailure, RelayPorts, RelaySetup } from './relay-messages.ts';

/** Relays on loopback, one for each server: whoever connects to one speaks TLS with the server at once. */
export class Relays {
  readonly #thread: Worker;
  readonly #failures: MessagePort;
  readonly #servers: readonly RelayedServer[];
  readonly #ports: RelayPorts;
  readonly #failed: RelayFailure[] = [];

  private constructor(thread: Worker, failures: MessagePort, servers: readonly RelayedServer[], ports: RelayPorts) {
    this.#thread = thread;
    this.#failures = failures;
    this.#servers = servers;
    this.#ports = ports;
  }

  static async open(settings: Omit<RelaySetup, 'failures'>): Promise<Relays> {
    const { port1, port2 } = new MessageChannel();
    // tsc does not rewrite this: in `dist` the thread is relay-thread.js, and Node 20 cannot run TypeScript.
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
    const thread = new Worker(new URL(`./relay-thread${extension}`, import.meta.url), {
      workerData: { ...settings, failures: port2 } satisfies RelaySetup,
      transferList: [port2],
    });
    const [ports] = (await once(thread, 'message')) as [RelayPorts];
    return new Relays(thread, port1, settings.servers, ports);
  }

  /** The port on 127.0.0.1 of the relay to a server. */
  portOf(server: RelayedServer): number {
    const port = this.#ports[this.#indexOf(server)];
    if (port === undefined) throw new RangeError(`there is no relay to ${server.address} ${String(server.port)}`);
    return port;
  }

  /**
   * Takes the oldest reason for which a connection to a server did not come to TLS. It is known before the relay ends the connection, and
   * read without a turn of the event loop, which an engine does not leave between connections.
   */
  takeFailure(server: RelayedServer): Failure | undefined {
    for (;;) {
      const received = receiveMessageOnPort(this.#failures) as { readonly message: RelayFailure } | undefined;
      if (received === undefined) break;
      this.#failed.push(received.message);
    }
    const at = this.#failed.findIndex((failed) => failed.server === this.#indexOf(server));
    return at === -1 ? undefined : this.#failed.splice(at, 1)[0]?.failure;
  }

  #indexOf({ address, port }: RelayedServer): number {
    return this.#servers.findIndex((server) => server.address === address && server.port === port);
  }

  async close(): Promise<void> {
    this.#failures.close();
    await this.#thread.terminate();
  }
}
