import { afterEach, describe, expect, it } from 'vitest';
import { probe } from '../../src/run/studies/probe.ts';
import { decodeProbe } from '../../src/scenario/decode.ts';
import { startNginx, type Nginx } from '../servers/nginx.ts';
import { findProgram } from '../servers/require-program.ts';
import { faultsIn } from './probed.ts';

const program = findProgram('nginx', 'nginx-light libnginx-mod-stream');

const running: Nginx[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((nginx) => nginx.close()));
});

describe.skipIf(program === undefined)('a name with addresses of both families (Debian: nginx-light libnginx-mod-stream)', () => {
  it('that is served by IPv4 alone: the family is named, not the address', async () => {
    const nginx = await startNginx(program ?? '', { cache: 'shared', tickets: true });
    running.push(nginx);
    const name = `edge.test:${String(nginx.port)}`;
    const record = await probe([name], decodeProbe({ tls: { insecure: true }, tries: 3, resolve: [`${name}:127.0.0.1,[::1]`] }));
    expect(record.targets).toEqual([{ name, serverName: 'edge.test' }]);
    expect(record.addresses.map(({ address, unreachable }) => ({ address, unreachable }))).toEqual([
      { address: '127.0.0.1', unreachable: null },
      { address: '::1', unreachable: expect.any(String) as string },
    ]);
    const [finding] = record.findings.filter(({ code }) => code === 'family-differs');
    expect(finding).toMatchObject({ addresses: [1], evidence: { family: 'IPv6', what: 'reachable' } });
    expect(faultsIn(record).filter((fault) => fault.startsWith('unreachable'))).toEqual([]);
    // nginx saw the name: it logs it for each connection.
    const lines = await nginx.lines();
    expect(lines.filter((line) => line.includes('name=edge.test')).length).toBeGreaterThan(10);
  });
});
