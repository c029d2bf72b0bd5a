import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { startServerProgram, type ServerProgram } from './server-program.ts';

/** Starts a real stunnel that keeps sessions in its cache alone, and a service behind it that listens and never speaks. */
export const startStunnel = async (program: string): Promise<ServerProgram> => {
  const service = createServer((socket) => {
    socket.resume();
    socket.on('error', () => undefined);
  });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  const server = await startServerProgram({
    command: [program, 'stunnel.conf'],
    files: { 'stunnel.conf': CONFIGURATION },
    values: { service: String((service.address() as AddressInfo).port) },
  });
  return {
    ...server,
    close: async () => {
      await server.close();
      service.close();
    },
  };
};

const CONFIGURATION = `
foreground = yes
pid =
debug = warning
[tls]
accept = {{address}}:{{port}}
connect = 127.0.0.1:{{service}}
cert = {{folder}}/both.pem
options = NO_TICKET
`;
