import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface RudeServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts a server that speaks no TLS: it closes on the first byte, never answers, or never accepts (its listen queue holds two). */
export const startRudeServer = async (behaviour: 'close' | 'silence' | 'full-queue'): Promise<RudeServer> => {
  const child = fork(fileURLToPath(new URL('./rude-server.mjs', import.meta.url)), [behaviour]);
  const [port] = (await once(child, 'message')) as [number];
  return {
    port,
    close: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
};
