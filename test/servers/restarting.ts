import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { certificateFiles } from '../../src/target/certificate-pair.ts';
import { makeCertificate } from '../../src/target/certificate.ts';

export interface RestartingServer {
  readonly port: number;
  /** Returns the number of handshakes that it has finished. */
  handshakes(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Starts a server that goes away in the middle: its port is closed and its connections are reset.
 *
 * @param after handshakes until then.
 * @param awayMs time until it listens again; `Infinity` for never.
 */
export const startRestartingServer = async (after: number, awayMs: number): Promise<RestartingServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'resumark-restarting-'));
  const files = certificateFiles(await makeCertificate('ecdsa-p256'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const module = fileURLToPath(new URL('./restarting.mjs', import.meta.url));
  const child = fork(module, ['certificate.pem', 'key.pem', String(after), String(awayMs)], { cwd: folder });
  const [{ port }] = (await once(child, 'message')) as [{ readonly port: number }];
  return {
    port,
    handshakes: async () => {
      child.send('count');
      const [{ handshakes }] = (await once(child, 'message')) as [{ readonly handshakes: number }];
      return handshakes;
    },
    close: async () => {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
      await rm(folder, { recursive: true });
    },
  };
};
