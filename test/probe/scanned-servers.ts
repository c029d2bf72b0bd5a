import { decodeServer, type RawSettings } from '../../src/scenario/decode.ts';
import { openReferenceFleet, serverSettings } from '../../src/target/fleet/reference-fleet.ts';
import type { ServerCounts } from '../../src/target/server-counts.ts';
import { startNginx, type NginxOptions } from '../servers/nginx.ts';

/** A server that several scanners look at, and its own account. */
export interface ScannedServer {
  readonly address: string;
  readonly port: number;
  /** PEM of the authority of its certificate. */
  readonly certificate: string;
  readonly counts: () => Promise<ServerCounts>;
  readonly close: () => Promise<void>;
}

export const scannedNginx = async (program: string, options: NginxOptions): Promise<ScannedServer> => {
  const nginx = await startNginx(program, options);
  const counts = async (): Promise<ServerCounts> => {
    const logged = Object.values(await nginx.log());
    const resumed = logged.reduce((sum, each) => sum + each.resumed, 0);
    return { handshakes: logged.reduce((sum, each) => sum + each.full, resumed), resumed };
  };
  return { ...nginx, counts };
};

export const scannedReference = async (settings: RawSettings): Promise<ScannedServer> => {
  const decoded = decodeServer(settings);
  const { address, port, ca, counts, close } = await openReferenceFleet(serverSettings(decoded), decoded);
  if (ca === undefined || counts === undefined) throw new Error('this reference server keeps no account');
  return { address, port, certificate: ca, counts, close };
};
