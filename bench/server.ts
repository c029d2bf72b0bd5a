import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Protocol } from '../src/domain/protocol.ts';
import { startReferenceServer } from '../src/target/reference-server.ts';
import { meterOfPid } from '../src/cpu/meter.ts';
import { startNginx } from './nginx.ts';

/** Handshakes that a server has finished, by its own account. */
export interface HandshakeCounts {
  readonly full: number;
  readonly resumed: number;
}

/** A server that clients are measured against. */
export interface BenchServer {
  readonly name: string;
  readonly port: number;
  /** Where HTTPS of one version is spoken; `undefined` where the server speaks no HTTP. */
  httpPort(protocol: Protocol): number | undefined;
  /** PEM of its certificate, which is its own authority. */
  readonly certificatePath: string;
  /** What it has finished since this was asked last. */
  takeCounts(): Promise<HandshakeCounts>;
  cpuNs(): number;
  close(): Promise<void>;
}

/** The servers of a bench, alike but for their workers. What is compared is measured on one of them. */
export interface BenchServers {
  /** With a worker for each core, as it is deployed: a client that is quicker than one worker need not wait for it. */
  readonly perCore: BenchServer;
  /** With one worker. */
  readonly single: BenchServer;
}

/** nginx where it is installed, else the reference server, which has one thread and can only serve clients that ask for no HTTP. */
export const startServers = async (folder: string): Promise<BenchServers> => {
  const nginx = findProgram('nginx');
  if (nginx === undefined) {
    const reference = await startReference(folder);
    return { perCore: reference, single: reference };
  }
  const start = async (name: string, workers: number): Promise<BenchServer> => {
    const own = join(folder, name);
    await mkdir(own);
    return startNginx(nginx, own, workers);
  };
  return { perCore: await start('per-core', cpus().length), single: await start('single', 1) };
};

export const closeServers = async ({ perCore, single }: BenchServers): Promise<void> => {
  await perCore.close();
  if (single !== perCore) await single.close();
};

/** Debian installs servers where a user's PATH does not look. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

export const findProgram = (name: string): string | undefined =>
  FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path));

const startReference = async (folder: string): Promise<BenchServer> => {
  const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['cache', 'tickets'] });
  const meter = meterOfPid(server.pid);
  const certificatePath = join(folder, 'certificate.pem');
  await writeFile(certificatePath, server.certificate);
  let seen: HandshakeCounts = { full: 0, resumed: 0 };
  return {
    name: `reference server (Node ${process.versions.node})`,
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
    cpuNs: () => meter?.readNs() ?? Number.NaN,
    close: () => server.close(),
  };
};
