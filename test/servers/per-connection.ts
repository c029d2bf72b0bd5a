import { fileURLToPath } from 'node:url';
import { readAtRest } from './read-at-rest.ts';
import { startServerProgram, type ServerProgram } from './server-program.ts';
import { join } from 'node:path';

export interface ServerAccount {
  /** CPU time that the kernel has accounted to it and to children it has waited for. */
  readonly cpuNs: number;
  /** Handshakes of its own process. */
  readonly handshakes: number;
  readonly resumed: number;
}

/** The way in which the server gives its connections something of their own: see the program. */
export type Manner = 'thread' | 'late' | 'fork' | 'fork-ignored' | 'reuse-port';

export interface PerConnectionServer extends ServerProgram {
  /** Ends the server. @returns its own account. */
  readonly end: () => Promise<ServerAccount>;
}

const SOURCE = fileURLToPath(new URL('per-connection.c', import.meta.url));

const MANAGER = fileURLToPath(new URL('socket-manager.c', import.meta.url));

/** The runner of a server that gets its socket from a service manager: see that program. */
export const handedOver = (by: 'exec' | 'stay'): readonly string[] => ['{{folder}}/manager', by, '{{port}}'];

/**
 * Compiles and starts a server with a thread or a process for each connection.
 *
 * @param runner a program that runs another, and its arguments.
 */
export const startPerConnectionServer = async (
  compiler: string,
  manner: Manner,
  runner: readonly string[] = [],
): Promise<PerConnectionServer> => {
  const [program, ...args] = [...runner, '{{folder}}/server', '{{port}}', 'certificate.pem', 'key.pem', manner];
  const server = await startServerProgram({
    prepare: [
      [compiler, '-O1', '-o', 'server', SOURCE, '-lssl', '-lcrypto', '-lpthread'],
      [compiler, '-O1', '-o', 'manager', MANAGER],
    ],
    command: [program, ...args],
  });
  return {
    ...server,
    end: async () => {
      process.kill(server.pid, 'SIGTERM');
      await server.exited;
      const output = await readAtRest(join(server.folder, 'output'));
      const [, us, resumed, handshakes] = /^used (\d+)\nresumed (\d+) of (\d+)$/mu.exec(output) ?? [];
      return { cpuNs: Number(us) * 1000, handshakes: Number(handshakes), resumed: Number(resumed) };
    },
  };
};
