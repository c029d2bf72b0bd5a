import { connect, type TLSSocket } from 'node:tls';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';
import type { BrokerAddress } from './address.ts';

/** Between two attempts to connect again: a restarted server is found at once, and none is flooded. */
const RETRY_MS = 200;

/** A command that is not answered by then has failed: whoever waits for a sign of life must not wait for ever. */
const MOST_COMMAND_MS = 2000;

/** A server that has not closed its side of a connection by then is not waited for. */
const MOST_DISCONNECT_MS = 2000;

/**
 * Connects over TLS. ioredis listens for the first error of a connection only (redis/ioredis#962), and one whose certificate is not trusted
 * may have two: our own, and the alert that the server answers with. Without a listener that one would end the process.
 */
class TlsConnector extends AbstractConnector {
  readonly #place: Pick<RedisOptions, 'host' | 'port'>;

  /** @param options those of the connection. */
  constructor(options: unknown) {
    super(MOST_DISCONNECT_MS);
    this.#place = options as RedisOptions;
  }

  override connect(): Promise<TLSSocket> {
    const { host, port } = this.#place;
    const socket = connect({ host, port });
    this.connecting = true;
    this.stream = socket;
    socket.on('error', (error) => {
      this.firstError ??= error;
    });
    return Promise.resolve(socket);
  }
}

const optionsOf = (address: BrokerAddress) =>
  ({
    ...(address.path === undefined ? { host: address.host ?? 'localhost', port: address.port } : { path: address.path }),
    db: address.database,
    ...(address.user !== undefined && { username: address.user }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.isEncrypted && { tls: {}, Connector: TlsConnector }),
    retryStrategy: () => RETRY_MS,
    // Commands outlast a lost connection; those that must not have a time limit.
    maxRetriesPerRequest: null,
  }) satisfies RedisOptions;

/** A connection whose commands fail when they are not answered in time. */
export const promptConnection = (address: BrokerAddress): Redis =>
  quiet(new Redis({ ...optionsOf(address), commandTimeout: MOST_COMMAND_MS }));

/** A connection whose commands wait for as long as it takes, as BullMQ needs it. */
export const patientConnection = (address: BrokerAddress): Redis => quiet(new Redis(optionsOf(address)));

/** A lost connection is noticed by what does not arrive; as an event without a listener it would end the process. */
const quiet = (connection: Redis): Redis => connection.on('error', () => undefined);
