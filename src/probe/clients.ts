import type { Mode } from '../domain/mode.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { Client, ClientSettings, Engine } from '../engine/engine.ts';

/** What distinguishes the clients of one address. */
export interface ClientKind {
  readonly protocol: Protocol;
  readonly mode: Mode;
  readonly verify: boolean;
}

/** Settings that all clients of a probe have in common. */
export type CommonSettings = Omit<ClientSettings, keyof ClientKind | 'address' | 'port' | 'serverName' | 'request'>;

/** The clients of one address, made when they are first needed. */
export class AddressClients {
  readonly #engine: Engine;
  readonly #settings: Omit<ClientSettings, keyof ClientKind>;
  readonly #clients = new Map<string, Client>();

  constructor(engine: Engine, settings: Omit<ClientSettings, keyof ClientKind>) {
    this.#engine = engine;
    this.#settings = settings;
  }

  /** @throws ResumarkError when the engine cannot do what the settings ask for. */
  of(kind: ClientKind): Client {
    const key = `${kind.protocol} ${kind.mode} ${String(kind.verify)}`;
    const kept = this.#clients.get(key);
    if (kept !== undefined) return kept;
    const client = this.#engine.client({ ...this.#settings, ...kind });
    this.#clients.set(key, client);
    return client;
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }
}
