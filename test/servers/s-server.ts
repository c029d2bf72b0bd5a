import { readFile } from 'node:fs/promises';
import { countLines, type Peer } from './peer.ts';
import type { Command } from '../../src/target/program/program.ts';
import { openssl, sServerCommand } from '../../src/target/servers/openssl.ts';
import { startServerProgram } from './server-program.ts';
import { wordOf } from './word.ts';

export interface SServerOptions {
  readonly args?: readonly string[];
  /** Options of `openssl req` for the key; by default an ECDSA key on P-256. */
  readonly newKey?: readonly string[];
  readonly isExtendedMasterSecretOff?: boolean;
}

/** s_server has no flag for it; the library's configuration has. */
const NO_EXTENDED_MASTER_SECRET = `
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = defaults
[defaults]
Options = -ExtendedMasterSecret
`;

/** Starts the server of the openssl program: one connection at a time. It tells every handshake, and those that it resumed once more. */
export const startSServer = async (program: string, options: SServerOptions): Promise<Peer> => {
  const { args = [], newKey, isExtendedMasterSecretOff = false } = options;
  const server = await startServerProgram({
    prepare: newKey === undefined ? [] : [newCertificate(program, newKey)],
    command: [...sServerCommand(program), ...args],
    files: { 'openssl.cnf': isExtendedMasterSecretOff ? NO_EXTENDED_MASTER_SECRET : '' },
    environment: { OPENSSL_CONF: '{{folder}}/openssl.cnf' },
  });
  return {
    ...server,
    certificate: await readFile(server.certificatePath, 'utf8'),
    word: wordOf(openssl, server),
    earlyData: async () => countLines(await server.output(), /^Early data received:$/gmu),
  };
};

/** Takes the place of the certificate that is there already. */
const newCertificate = (program: string, newKey: readonly string[]): Command => [
  program,
  ...['req', '-x509', '-newkey', ...newKey, '-nodes', '-days', '5', '-subj', '/CN=localhost'],
  ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
  ...['-keyout', 'key.pem', '-out', 'certificate.pem'],
];
