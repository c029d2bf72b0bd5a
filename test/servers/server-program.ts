import { join } from 'node:path';
import { certificateFiles, type CertificatePair } from '../../src/target/certificate-pair.ts';
import { makeCertificate, type KeyType } from '../../src/target/certificate.ts';
import { startProgram, type ProgramSettings, type RunningProgram } from '../../src/target/program/program.ts';

export interface ServerProgramSettings extends ProgramSettings {
  readonly certificate?: KeyType | CertificatePair;
}

export interface ServerProgram extends RunningProgram {
  /** PEM; it signs itself, so it is its own authority. */
  readonly certificate: string;
  readonly certificatePath: string;
}

/** Handshakes that a server has counted by itself, or that were counted in its log. */
export interface ServerWord {
  readonly full: number;
  readonly resumed: number;
}

/** Starts a server program with a certificate made on the spot: `certificate.pem` and `key.pem`, and `both.pem` in one. */
export const startServerProgram = async (settings: ServerProgramSettings): Promise<ServerProgram> => {
  const { certificate = 'ecdsa-p256', ...program } = settings;
  const pair = typeof certificate === 'string' ? await makeCertificate(certificate) : certificate;
  const running = await startProgram({ ...program, files: { ...certificateFiles(pair), ...program.files } });
  return { ...running, certificate: pair.certificate, certificatePath: join(running.folder, 'certificate.pem') };
};
