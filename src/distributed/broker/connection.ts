import { Redis, type RedisOptions } from 'ioredis';
import type { BrokerAddress } from './address.ts';

/** Between two attempts to connect again: a restarted server is found at once, and none is flooded. */
const RETRY_MS = 200;

/** A command that is not answered by then has failed: whoever waits for a sign of life must not wait for ever. */
const MOST_COMMAND_MS = 2000;

const optionsOf = (address: BrokerAddress) =>
  ({
    ...(address.path === undefined ? { host: address.host ?? 'localhost', port: address.port } : { path: address.path }),
    db: address.database,
    ...(address.user !== undefined && { username: address.user }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.isEncrypted && { tls: {} }),
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
