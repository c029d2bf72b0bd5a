import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT, type ExitCode } from '../../src/domain/error.ts';
import { readRun } from '../../src/run/files/run-folder.ts';
import { Resumark } from '../e2e/resumark.ts';
import { BadServers } from './bad-servers.ts';

const servers = new BadServers();
let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(async () => {
  await resumark.close();
  await servers.close();
});

interface Case {
  readonly kind: string;
  readonly code: ExitCode;
  readonly says: RegExp;
}

const FLAGS = ['--tls', '1.3', '-m', 'full,ticket', '-c', '2', '-n', '40', '--rounds', '2', '--warmup', '0', '--timeout', '2s'];

/**
 * Runs the command on a kind of bad server. What it prints must be text, and what it leaves behind
 * whole.
 */
const runOn = async ({ kind, code, says }: Case): Promise<readonly string[]> => {
  const server = await servers.serve(kind, 'TLSv1.3');
  const before = await resumark.folders();
  const target = `127.0.0.1:${String(server.port)}`;
  const finished = await resumark.run('run', target, '-k', ...FLAGS, '-o', resumark.results);
  const accounts = await server.end();
  const text = finished.stdout + finished.stderr;
  expect(text.replaceAll(/\s+/gu, ' ')).toMatch(says);
  expect(text).not.toMatch(/^ +at |[^\n\P{Cc}]/mu);
  expect(finished.code).toBe(code);
  expect(accounts.length).toBeGreaterThan(0);
  return (await resumark.folders()).filter((folder) => !before.includes(folder));
};

describe('the command', () => {
  it.each<Case>([
    { kind: 'resets at the ClientHello', code: EXIT.target, says: /no TLS 1\.3 handshake: the connection was reset/u },
    { kind: 'greets as SSH does', code: EXIT.target, says: /Check that the port speaks TLS/u },
    { kind: 'answers by HTTP', code: EXIT.target, says: /Check that the port speaks TLS/u },
    { kind: 'refuses by unrecognized_name', code: EXIT.target, says: /alert \(unrecognized_name\).*--servername/u },
    { kind: 'sends a wrong Finished', code: EXIT.target, says: /proof does not match/u },
    { kind: 'refuses our Finished by certificate_required', code: EXIT.target, says: /--cert FILE and --key FILE/u },
  ])('says what is wrong with a server that $kind, and leaves nothing behind', async (one) => {
    expect(await runOn(one)).toEqual([]);
  });

  it.each<Case>([
    { kind: 'declines every session', code: EXIT.target, says: /the server refused the session/u },
    { kind: 'gives tickets of no lifetime', code: EXIT.target, says: /gave its ticket a lifetime of 0/u },
    { kind: 'refuses a session by an alert', code: EXIT.target, says: /alert \(internal_error\)/u },
    { kind: 'takes new keys for ever', code: EXIT.target, says: /no session to offer/u },
    { kind: 'gives tickets for longer than a lifetime', code: EXIT.done, says: /ticket/u },
  ])('measures a server that $kind, and its folder can be read', async (one) => {
    const folders = await runOn(one);
    expect(folders).toHaveLength(1);
    const run = await readRun(join(folders[0] ?? '', 'run.json'));
    expect(run.status).not.toBe('running');
  });
});
