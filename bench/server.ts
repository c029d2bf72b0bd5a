import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
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

/** The one server that all clients of a bench are measured against. */
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

/** nginx where it is installed, else the reference server, which can only serve clients that ask for no HTTP. */
export const startServer = async (folder: string): Promise<BenchServer> => {
  const nginx = findProgram('nginx');
  return nginx === undefined ? startReference(folder) : startNginx(nginx, folder);
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
