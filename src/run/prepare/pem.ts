import { readFile } from 'node:fs/promises';
import { ResumarkError } from '../../domain/error.ts';
import type { ClientSettings } from '../../engine/engine.ts';
import type { Scenario } from '../../scenario/schema.ts';

/**
 * Reads the client's certificate and key, where the scenario has them.
 *
 * @throws ResumarkError USAGE when one of the two is missing or is not a PEM file.
 */
export const readIdentity = async ({
  tls,
}: {
  readonly tls: Pick<Scenario['tls'], 'cert' | 'key'>;
}): Promise<ClientSettings['identity']> => {
  if (tls.cert === undefined && tls.key === undefined) return undefined;
  if (tls.cert === undefined || tls.key === undefined) {
    const missing = tls.cert === undefined ? 'cert' : 'key';
    throw new ResumarkError(
      'USAGE',
      `tls.${missing} is missing: a client certificate needs both cert and key.`,
      `Add --${missing} FILE.`,
    );
  }
  return { cert: await readPem(tls.cert, 'cert'), key: await readPem(tls.key, 'key') };
};

/**
 * Reads a PEM file.
 *
 * @param setting names it in messages.
 * @throws ResumarkError USAGE when it cannot be read or is not a PEM file.
 */
export const readPem = async (path: string, setting: string): Promise<string> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new ResumarkError(
      'USAGE',
      `--${setting} ${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`,
    );
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new ResumarkError(
    'USAGE',
    `--${setting} ${path} is not a PEM file.`,
    'Convert DER with: openssl x509 -inform der -in FILE.',
  );
};
