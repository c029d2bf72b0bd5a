import type { Duplex } from 'node:stream';
import { OwnProcess } from '../own-process.ts';

/** Asks the process of a cache to serve the pipes that it was started with. */
export interface SharedCacheRequest {
  readonly type: 'serve';
  readonly pipes: number;
}

export interface SharedCacheResponse {
  readonly type: 'serving';
}

/** A running session cache that several servers share. */
export interface SharedCache {
  readonly pid: number;
  /**
   * A pipe to it for each server. Each is given to the server's process and then destroyed here, so that nobody else can reach the
   * sessions and nothing of it is left in a folder.
   */
  readonly pipes: readonly Duplex[];
  readonly close: () => Promise<void>;
}

/** Starts a session cache in a process of its own. */
export const startSharedCache = async (servers: number): Promise<SharedCache> => {
  const cache = new OwnProcess<SharedCacheRequest, SharedCacheResponse>(
    'fleet/shared-cache-process',
    Array.from({ length: servers }, () => 'pipe' as const),
  );
  await cache.ask({ type: 'serve', pipes: servers });
  return { pid: cache.pid, pipes: cache.pipes, close: () => cache.close() };
};
