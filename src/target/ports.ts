import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { ResumarkError } from '../domain/error.ts';
import type { Endpoint } from './endpoints.ts';

/** Far above what a connection within one machine takes. */
const CONNECT_TIMEOUT_MS = 1000;

/** Finds a port of an address that was free a moment ago. */
export const unkeptPort = async (address: string): Promise<number> => {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await closed(server);
  return port;
};

/** Finds a port of an address that is free, and keeps it from others for a while: see {@link reserve}. */
export const freePort = async (address = '127.0.0.1'): Promise<number> => {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  return reserve(server);
};

/**
 * Gives up a server's port in a way that keeps it from others: behind a connection that the server ended first, its side of it stays
 * in TIME_WAIT for a minute. The system neither gives such a port to who asks for any, nor to a connection to come from, and lets a
 * server that asks for it by number have it (with SO_REUSEADDR, as all do that can be restarted).
 */
const reserve = async (server: Server): Promise<number> => {
  const { address, port } = server.address() as AddressInfo;
  server.once('connection', (socket) => socket.end());
  await once(connect(port, address).resume(), 'close');
  await closed(server);
  return port;
};

/** Tells whether a server can listen at an endpoint. An address that is not of this machine, or not yet, is for the server to refuse. */
export const isFree = async ({ address, port }: Endpoint): Promise<boolean> => {
  const server = createServer().listen(port, address);
  try {
    await once(server, 'listening');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EADDRINUSE';
  }
  await closed(server);
  return true;
};

const closed = async (server: Server): Promise<void> => {
  server.close();
  await once(server, 'close');
};

/** Tells whether something accepts connections at an endpoint. */
export const accepts = ({ address, port }: Endpoint): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, address);
    const settle = (isAccepted: boolean): void => {
      socket.destroy();
      resolve(isAccepted);
    };
    socket
      .setTimeout(CONNECT_TIMEOUT_MS)
      .once('connect', () => {
        settle(true);
      })
      .once('timeout', () => {
        settle(false);
      })
      .once('error', () => {
        settle(false);
      });
  });

/** The error of a server of ours that cannot have its port. @param code the system's, such as EADDRINUSE. */
export const cannotListen = (server: string, port: number, code: string): ResumarkError =>
  new ResumarkError(
    'USAGE',
    `the ${server} cannot listen on port ${String(port)}: ${code}.`,
    'Choose another port, or 0 for any free one.',
  );
