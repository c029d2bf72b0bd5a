import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Resumark, total } from '../e2e/resumark.ts';
import { startNginx } from '../servers/nginx.ts';
import { startNginxHttp } from '../servers/nginx-http.ts';
import { findProgram } from '../servers/require-program.ts';
import { startServerProgram, type ServerProgram } from '../servers/server-program.ts';

const ENGINES = ['wire', 'openssl', 'node'] as const;

const FLAGS = ['-k', '-n', '40', '-c', '4', '--rounds', '1', '--warmup', '0', '-m', 'full'];

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

const argsFor = ({ port }: ServerProgram, ...flags: readonly string[]): string[] => [
  'run',
  `127.0.0.1:${String(port)}`,
  ...FLAGS,
  ...flags,
];

const nginxProgram = findProgram('nginx', 'nginx-light libnginx-mod-stream');

describe.skipIf(nginxProgram === undefined)('nginx (Debian: nginx-light, libnginx-mod-stream)', () => {
  let nginx: ServerProgram;
  beforeAll(async () => {
    nginx = await startNginxHttp(nginxProgram ?? '');
  });
  afterAll(() => nginx.close());

  it.each(ENGINES)('answers 404 for all that engine %s requests, which a notice says', async (engine) => {
    const { record, code } = await resumark.measure(...argsFor(nginx, '--request', '/missing', '--engine', engine));
    expect(code).toBe(0);
    for (const { protocol } of record.cells) {
      const cell = `target ${protocol.replace('TLSv', 'TLS ')} full`;
      expect(record.notices).toContainEqual({
        code: 'error-statuses',
        severity: 'warning',
        cell,
        answers: 40,
        because: { 404: 40 },
      });
    }
    expect(total(record.blocks, ({ honoured }) => honoured)).toBe(80);
  });

  it('answers 200, of which nothing is said', async () => {
    const { record } = await resumark.measure(...argsFor(nginx, '--request', 'http'));
    expect(record.notices.map(({ code }) => code)).not.toContain('error-statuses');
    expect(total(record.blocks, ({ firstByte }) => Object.keys(firstByte?.errorStatuses ?? {}).length)).toBe(0);
  });

  it('answers an HTTP request with something else on a port that is not for HTTP, which is refused', async () => {
    const stream = await startNginx(nginxProgram ?? '', { cache: 'off', tickets: true });
    try {
      const { code, stderr } = await resumark.run(...argsFor(stream, '--request', 'http', '--output', resumark.results));
      expect(stderr).toContain('the server answered the HTTP/1.1 request with something else.');
      expect(code).toBe(4);
      const { record } = await resumark.measure(...argsFor(stream, '--request', 'byte'));
      expect(total(record.blocks, ({ honoured }) => honoured)).toBe(80);
    } finally {
      await stream.close();
    }
  });
});

describe('a server that prefers HTTP/2', () => {
  let server: ServerProgram;
  beforeAll(async () => {
    const script = fileURLToPath(new URL('../servers/h2-server.mjs', import.meta.url));
    server = await startServerProgram({
      command: [process.execPath, script, 'certificate.pem', 'key.pem', '{{port}}'],
    });
  });
  afterAll(() => server.close());

  it.each(['http', 'byte'])('is refused with --request %s when ALPN has chosen HTTP/2', async (request) => {
    const { code, stderr } = await resumark.run(
      ...argsFor(server, '--request', request, '--alpn', 'h2,http/1.1', '--output', resumark.results),
    );
    expect(stderr).toContain('the server chose HTTP/2 (h2) by ALPN');
    expect(stderr).toContain('--alpn http/1.1');
    expect(code).toBe(4);
    expect(await resumark.folders()).not.toContainEqual(expect.stringContaining(request));
  });

  it.each([{ flags: [] }, { flags: ['--alpn', 'http/1.1'] }])('answers HTTP/1.1 with the flags $flags', async ({ flags }) => {
    const { record } = await resumark.measure(...argsFor(server, '--request', 'http', ...flags));
    expect(total(record.blocks, ({ honoured }) => honoured)).toBe(80);
    expect(record.notices.map(({ code }) => code)).not.toContain('error-statuses');
  });
});
