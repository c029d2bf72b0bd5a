import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { meterOfPid } from '../src/cpu/meter.ts';
import { findProgram } from '../src/target/program/find-program.ts';
import { startReferenceServer, type ReferenceServerSettings } from '../src/target/reference/reference-server.ts';
import { startNginx } from './nginx.ts';
import type { BenchServer, BenchServers, HandshakeCounts } from './server.ts';

/**
 * Starts nginx where it is installed, else the reference server, which has one thread and can only serve clients that ask for no
 * HTTP.
 *
 * @param folder for what is to be written beside the servers.
 */
export const startServers = async (folder: string): Promise<BenchServers> => {
  const nginx = findProgram('nginx');
  if (nginx === undefined) {
    const reference = await startReference(folder, 'certificate.pem');
    return { perCore: reference, single: reference };
  }
  return { perCore: await startNginx(nginx, cpus().length), single: await startNginx(nginx, 1) };
};

export const closeServers = async ({ perCore, single }: BenchServers): Promise<void> => {
  await perCore.close();
  if (single !== perCore) await single.close();
};

/** @param file where in the folder its certificate is put. */
export const startReference = async (
  folder: string,
  file: string,
  settings: Partial<ReferenceServerSettings> = {},
): Promise<BenchServer> => {
  const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['cache', 'tickets'], ...settings });
  const span = meterOfPid(server.pid).start();
  const certificatePath = join(folder, file);
  await writeFile(certificatePath, server.certificate);
  let seen: HandshakeCounts = { full: 0, resumed: 0 };
  return {
    name: `reference server (${server.library})`,
    port: server.port,
    httpPort: () => undefined,
    certificatePath,
    takeCounts: async () => {
      const { handshakes, resumed } = await server.counts();
      const now = { full: handshakes - resumed, resumed };
      const taken = { full: now.full - seen.full, resumed: now.resumed - seen.resumed };
      seen = now;
      return taken;
    },
    cpuNs: () => span.used().cpuNs ?? Number.NaN,
    close: () => server.close(),
  };
};
