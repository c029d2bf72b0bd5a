import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { meterOfPid, meterOfPort } from '../../src/cpu/meter.ts';
import { ListenerSearch } from '../../src/cpu/listeners.ts';
import {
  isBeyondListening,
  parseCpuTicks,
  parseListeningSockets,
  parseSchedstatNs,
  parseSocketLink,
  parseTimeWait,
} from '../../src/cpu/procfs.ts';
import { threadCpuNs } from '../../src/cpu/thread.ts';
import { startRudeServer } from '../servers/rude-server.ts';

it('reads the listening sockets of /proc/net/tcp and no others', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0 100 0 0 10 0
   1: 0100007F:20FB 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 12346 1 0 20 4 30 10 -1
`;
  expect(parseListeningSockets(table)).toEqual([{ addressHex: '0100007F', port: 8443, inode: '12345' }]);
  expect(isBeyondListening(table)).toBe(true);
  expect(isBeyondListening(table.slice(0, table.indexOf('   1:')))).toBe(false);
});

it.each([
  ['1234567 89 10', 1_234_567],
  ['', undefined],
  ['x 1', undefined],
])('reads the time of schedstat %j', (text, ns) => {
  expect(parseSchedstatNs(text)).toBe(ns);
});

it('tells sockets from other descriptors', () => {
  expect(parseSocketLink('socket:[987]')).toBe('987');
  expect(parseSocketLink('/dev/null')).toBeUndefined();
});

it('finds the process that listens on a port, and nobody on another address or when it has ended', async () => {
  const server = await startRudeServer('silence');
  expect(new ListenerSearch('127.0.0.1', server.port).find()).toMatchObject({ state: 'found', pids: [expect.any(Number)] });
  expect(new ListenerSearch('127.0.0.2', server.port).find()).toEqual({ state: 'absent', reason: 'no-listener' });
  const meter = meterOfPort('127.0.0.1', server.port);
  expect(meter.source).toMatchObject({ state: 'known' });
  const span = meter.start();
  expect(span.used().cpuNs).toBeGreaterThanOrEqual(0);
  await server.close();
  expect(meter.source).toEqual({ state: 'unknown', reason: 'no-listener' });
  expect(span.used()).toMatchObject({ cpuNs: undefined, cpuAbsence: 'replaced' });
  expect(meter.start().used()).toMatchObject({ cpuNs: undefined, cpuAbsence: 'no-listener' });
});

it('counts no time over time of a server that was stopped, until there is one again', async () => {
  const server = await startRudeServer('silence');
  const meter = meterOfPort('127.0.0.1', server.port);
  const span = meter.start();
  expect(span.cpuNs()).toBeGreaterThanOrEqual(0);
  await server.close();
  expect(span.cpuNs()).toBeUndefined();
  const stopped = meter.start();
  expect([stopped.cpuNs(), stopped.used().cpuNs]).toEqual([0, undefined]);
  const again = createServer().listen(server.port, '127.0.0.1');
  await once(again, 'listening');
  expect(stopped.cpuNs()).toBeUndefined();
  again.close();
});

it('knows nothing of a process that has ended', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  const span = meterOfPid(child.pid ?? 0).start();
  expect([span.cpuNs(), span.used().cpuAbsence]).toEqual([undefined, 'replaced']);
});

it('does not take its own process for a server', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(new ListenerSearch('127.0.0.1', port).find()).toEqual({ state: 'absent', reason: 'own-process' });
  server.close();
});

it('knows nothing of a server on another machine', () => {
  expect(meterOfPort('192.0.2.1', 443).source).toEqual({ state: 'unknown', reason: 'other-machine' });
});

it("agrees with a process's own account of the CPU time that it burns, its child's included", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'resumark-cpu-'));
  await writeFile(
    join(folder, 'burn.mjs'),
    `import { fork } from 'node:child_process';
const isChild = process.argv[2] === 'child';
const child = isChild ? undefined : fork(process.argv[1], ['child']);
process.on('message', async (ms) => {
  const before = process.cpuUsage();
  const childUsed = child === undefined ? 0 : await new Promise((resolve) => { child.once('message', resolve); child.send(ms); });
  for (const end = performance.now() + ms; performance.now() < end; );
  const { user, system } = process.cpuUsage(before);
  process.send(user + system + childUsed);
});
process.on('disconnect', () => process.exit());
if (isChild) process.send('ready'); else child.once('message', () => process.send('ready'));
`,
  );
  const burner = fork(join(folder, 'burn.mjs'));
  await once(burner, 'message');
  const span = meterOfPid(burner.pid ?? 0).start();
  burner.send(400);
  const [usedUs] = (await once(burner, 'message')) as [number];
  // The kernel adds a running thread's time at its next tick.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const measuredUs = (span.used().cpuNs ?? 0) / 1000;
  burner.disconnect();
  expect(usedUs).toBeGreaterThan(50_000);
  expect(measuredUs / usedUs).toBeGreaterThan(0.95);
  expect(measuredUs / usedUs).toBeLessThan(1.1);
});

it('keeps what a child had used after the child has ended', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'resumark-cpu-'));
  await writeFile(
    join(folder, 'parent.mjs'),
    `import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
writeFileSync(${JSON.stringify(join(folder, 'child.mjs'))}, 'for (const end = performance.now() + 200; performance.now() < end; ); process.send("burnt"); setInterval(() => 0, 1000); process.on("message", () => process.exit());');
const child = fork(${JSON.stringify(join(folder, 'child.mjs'))});
child.once('message', () => process.send('burnt'));
process.on('message', () => { child.once('exit', () => process.send('ended')); child.send('end'); });
process.on('disconnect', () => process.exit());
`,
  );
  const parent = fork(join(folder, 'parent.mjs'));
  const span = meterOfPid(parent.pid ?? 0).start();
  await once(parent, 'message');
  const burnt = span.used().cpuNs ?? 0;
  parent.send('end');
  await once(parent, 'message');
  expect(burnt).toBeGreaterThan(10_000_000);
  expect(span.used().cpuNs).toBeGreaterThanOrEqual(burnt);
  parent.disconnect();
});

it("follows this thread's own CPU time", async () => {
  const before = threadCpuNs() ?? 0;
  const end = performance.now() + 100;
  while (performance.now() < end) await readFile('/proc/self/stat');
  expect((threadCpuNs() ?? 0) - before).toBeGreaterThan(10_000_000);
});

it('reads the ticks of all cores, with guests counted once and stolen time told apart', () => {
  const stat = 'cpu  100 5 20 700 30 1 4 40 60 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n';
  expect(parseCpuTicks(stat)).toEqual({ all: 900, idle: 730, stolen: 40 });
  expect(parseCpuTicks('intr 1')).toBeUndefined();
});

it('reads how many ended connections still hold a port', () => {
  expect(parseTimeWait('sockets: used 80\nTCP: inuse 5 orphan 0 tw 1234 alloc 8 mem 0\nUDP: inuse 1\n')).toBe(1234);
  expect(parseTimeWait('')).toBeUndefined();
});
