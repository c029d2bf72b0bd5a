import { readFile } from 'node:fs/promises';
import { ResumarkError } from '../../domain/error.ts';

/** The place of a Redis or Valkey server, and what it takes to get in. */
export interface BrokerAddress {
  /** As it may be shown: without user and password. */
  readonly shown: string;
  /** `undefined` where it is reached by a socket file. */
  readonly host: string | undefined;
  readonly port: number;
  readonly path: string | undefined;
  readonly database: number;
  readonly isEncrypted: boolean;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** Ways to give user and password that neither `ps` nor a result shows. */
export interface Credentials {
  readonly user?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const EXAMPLE = 'Write redis://host:6379, rediss://host:6379 for TLS, or unix:/path/of/redis.sock.';

/**
 * Reads the address of a coordinator's Redis.
 *
 * @throws ResumarkError USAGE for what is no such address, and for a password in it.
 */
export const brokerAddress = async (url: string, credentials: Credentials): Promise<BrokerAddress> => {
  const place = placeOf(url);
  const { user, environment } = credentials;
  return { ...place, user: user ?? environment['RESUMARK_REDIS_USER'], password: await passwordOf(credentials) };
};

const placeOf = (url: string): Omit<BrokerAddress, 'user' | 'password'> => {
  if (url.startsWith('unix:')) {
    const path = url.slice('unix:'.length).replace(/^\/\//u, '');
    return { shown: `unix:${path}`, host: undefined, port: 0, path, database: 0, isEncrypted: false };
  }
  const { protocol, hostname, port, pathname, username, password } = parsed(url);
  if (username !== '' || password !== '') {
    throw new ResumarkError(
      'USAGE',
      '--coordinator has a user or a password in it, which every user of this machine could read.',
      'Set RESUMARK_REDIS_USER and RESUMARK_REDIS_PASSWORD, or give --redis-password-file.',
    );
  }
  const database = pathname.replace(/^\//u, '');
  if (!/^\d{0,3}$/u.test(database)) throw wrong(url);
  const host = hostname.replace(/^\[|\]$/gu, '');
  const at = port === '' ? 6379 : Number(port);
  return {
    shown: `${protocol}//${hostname}:${String(at)}${database === '' ? '' : `/${database}`}`,
    host,
    port: at,
    path: undefined,
    database: Number(database),
    isEncrypted: protocol === 'rediss:',
  };
};

const parsed = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') throw wrong(text);
  return url;
};

/** What follows an @ is shown, what stands before it may be a secret. */
const wrong = (text: string): ResumarkError =>
  new ResumarkError('USAGE', `--coordinator ${text.replace(/^.*@/u, '...@')} is no address of a Redis server.`, EXAMPLE);

const passwordOf = async ({ passwordFile, environment }: Credentials): Promise<string | undefined> => {
  if (passwordFile === undefined) return environment['RESUMARK_REDIS_PASSWORD'];
  try {
    return (await readFile(passwordFile, 'utf8')).trimEnd();
  } catch (error) {
    throw new ResumarkError(
      'USAGE',
      `--redis-password-file ${passwordFile} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`,
    );
  }
};
