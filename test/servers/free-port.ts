import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

/** A port of 127.0.0.1 that was free a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** Waits until something accepts connections. Bounded: 10 s. */
export const untilListening = async (port: number, address = '127.0.0.1'): Promise<void> => {
  const deadline = performance.now() + 10_000;
  while (!(await accepts(port, address))) {
    if (performance.now() > deadline) throw new Error(`nothing listens on port ${String(port)} after 10 s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const accepts = (port: number, address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
