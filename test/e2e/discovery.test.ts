import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSServer } from '../servers/s-server.ts';
import { findProgram } from '../servers/require-program.ts';
import { Resumark } from './resumark.ts';

const openssl = findProgram('openssl', 'openssl');

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

const FEW = ['-k', '-c', '1', '-n', '20', '--rounds', '1', '--warmup', '0'];

/** Measures a server of openssl with some arguments, by the cells that the run has. */
const measured = async (args: readonly string[], ...flags: readonly string[]) => {
  const server = await startSServer(openssl ?? '', { args });
  try {
    const target = `127.0.0.1:${String(server.port)}`;
    const { code, record } = await resumark.measure('run', target, ...FEW, ...flags);
    const skipped = record.notices.flatMap((notice) => (notice.code === 'cell-skipped' ? [notice] : []));
    return { code, cells: record.cells.map(({ id }) => id), skipped };
  } finally {
    await server.close();
  }
};

it.skipIf(openssl === undefined)('measures what a server without a cache has, and names what it lacks', async () => {
  const { code, cells, skipped } = await measured(['-no_cache']);
  expect(cells).toEqual(['target.TLSv1.2.full', 'target.TLSv1.2.ticket', 'target.TLSv1.3.full', 'target.TLSv1.3.ticket']);
  expect(skipped.find(({ cell }) => cell === 'target TLS 1.2 session-id')?.reason).toMatch(/^the server gives no session/u);
  expect(code).toBe(0);
});

it.skipIf(openssl === undefined)('measures the one version that a server speaks, with the reason for the other', async () => {
  const { code, cells, skipped } = await measured(['-tls1_3']);
  expect(cells).toEqual(['target.TLSv1.3.full', 'target.TLSv1.3.ticket']);
  expect(skipped.find(({ cell }) => cell === 'target TLS 1.2 full')?.reason).toMatch(/alert \(protocol_version\)$/u);
  expect(code).toBe(0);
});

it.skipIf(openssl === undefined)('fails where the mode was named', async () => {
  const { code, cells } = await measured(['-no_cache'], '-m', 'session-id', '--tls', '1.2');
  expect(cells).toEqual(['target.TLSv1.2.session-id']);
  expect(code).toBe(4);
});

it('refuses a run without a cell', async () => {
  const { code, stderr } = await resumark.run('run', '127.0.0.1:1', '-m', 'session-id', '--tls', '1.3');
  expect(stderr).toMatch(/^error: there is nothing to measure: TLS 1\.3 has no session-ID resumption/u);
  expect(code).toBe(2);
});
