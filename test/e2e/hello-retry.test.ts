import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ENGINE_NAMES } from '../../src/domain/engine-name.ts';
import { startNginx, type Nginx } from '../servers/nginx.ts';
import { findProgram } from '../servers/require-program.ts';
import { Resumark, total } from './resumark.ts';

const nginx = findProgram('nginx', 'nginx-light libnginx-mod-stream');

let resumark: Resumark;
let server: Nginx;

beforeAll(async () => {
  resumark = await Resumark.create();
  if (nginx === undefined) return;
  server = await startNginx(nginx, { cache: 'shared', tickets: true, directives: ['ssl_ecdh_curve secp384r1;'] });
});

afterAll(async () => {
  await resumark.close();
  if (nginx !== undefined) await server.close();
});

it.skipIf(nginx === undefined).each(ENGINE_NAMES)(
  'engine %s says everywhere that nginx asks for another key share each time, on a path too short for the clock to show it',
  async (engine) => {
    const target = `127.0.0.1:${String(server.port)}`;
    const load = ['-k', '--tls', '1.3', '-m', 'full', '-c', '2', '--rounds', '1', '-n', '40', '--engine', engine];
    const { code, stderr, record } = await resumark.measure('run', target, ...load);
    expect(code).toBe(0);
    const retries = total(record.blocks, ({ helloRetries }) => helloRetries);
    expect(retries).toBeGreaterThan(0);
    expect(retries).toBe(total(record.blocks, ({ tapped }) => tapped));
    const sentence = 'the server asked for another key share (HelloRetryRequest) in 100% of the handshakes';
    // The same group has two names.
    const advice = /List (?:secp384r1|P-384) first in --groups\./u;
    const folder = join(resumark.results, record.id);
    const { stdout } = await resumark.run('report', folder);
    expect(stderr).toContain(sentence);
    expect(stderr).toMatch(advice);
    expect(stdout).toMatch(/TLS 1\.3 full: HelloRetryRequest in 100% of the handshakes; it chose (?:secp384r1|P-384)/u);
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain(sentence);
    const [header = '', row = ''] = (await readFile(join(folder, 'summary.csv'), 'utf8')).split('\n');
    expect(row.split(',')[header.split(',').indexOf('hello_retries')]).toBe(String(retries));
  },
);

it.skipIf(nginx === undefined)('warns of it with --quiet too, which keeps the rest to itself', async () => {
  const target = `127.0.0.1:${String(server.port)}`;
  const load = ['-k', '--tls', '1.3', '-m', 'full', '-c', '2', '--rounds', '1', '-n', '40', '--quiet'];
  const { stderr, record } = await resumark.measure('run', target, ...load);
  expect(record.notices.map(({ severity }) => severity)).toContain('info');
  expect(stderr).toMatch(/^warning: .*HelloRetryRequest/mu);
  expect(stderr.split('\n').filter((line) => !line.startsWith('warning: '))).toEqual(['']);
});

it.skipIf(nginx === undefined)('says nothing of it once the advice is followed', async () => {
  const target = `127.0.0.1:${String(server.port)}`;
  const load = ['-k', '--tls', '1.3', '-m', 'full', '-c', '2', '--rounds', '1', '-n', '40', '--groups', 'secp384r1'];
  const { stderr, record } = await resumark.measure('run', target, ...load);
  expect(total(record.blocks, ({ helloRetries }) => helloRetries)).toBe(0);
  expect(stderr).not.toContain('HelloRetryRequest');
  const log = await server.lines();
  expect(log.filter((line) => line.includes('TLSv1.3')).every((line) => line.includes('group=secp384r1'))).toBe(true);
});
