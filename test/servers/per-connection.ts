import { fileURLToPath } from 'node:url';
import { readAtRest } from './read-at-rest.ts';
import { startServerProgram, type ServerProgram } from './server-program.ts';
import { join } from 'node:path';

export interface PerConnectionServer extends ServerProgram {
  /** Ends the server. @returns the CPU time in ns that the kernel has accounted to it and to children it has waited for. */
  readonly end: () => Promise<number>;
}

const SOURCE = fileURLToPath(new URL('per-connection.c', import.meta.url));

/**
 * Compiles and starts a server with a thread or a process for each connection.
 *
 * @param runner a program that runs another, and its arguments.
 */
export const startPerConnectionServer = async (
  compiler: string,
  manner: 'thread' | 'fork' | 'fork-ignored',
  runner: readonly string[] = [],
): Promise<PerConnectionServer> => {
  const [program, ...args] = [...runner, '{{folder}}/server', '{{port}}', 'certificate.pem', 'key.pem', manner];
  const server = await startServerProgram({
    prepare: [[compiler, '-O1', '-o', 'server', SOURCE, '-lssl', '-lcrypto', '-lpthread']],
    command: [program, ...args],
  });
  return {
    ...server,
    end: async () => {
      process.kill(server.pid, 'SIGTERM');
      await server.exited;
      const [, us] = /^used (\d+)$/mu.exec(await readAtRest(join(server.folder, 'output'))) ?? [];
      return Number(us) * 1000;
    },
  };
};
