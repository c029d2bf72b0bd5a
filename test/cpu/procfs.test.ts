import { expect, it } from 'vitest';
import { parseCgroupMounts, parseCgroups, parseCpuMax, parseKeyed } from '../../src/cpu/cgroup-files.ts';
import { isAddressedTo, parseConnections, parseIgnoresChildren, parseStat } from '../../src/cpu/procfs.ts';
import { quotaBetween } from '../../src/cpu/quota.ts';
import { endpointText, kernelHex, plainAddress } from '../../src/cpu/socket-address.ts';

it('reads a stat line behind a name that looks like fields', () => {
  const stat = '71 (a) 5 (b) S 42 71 71 0 -1 4194560 2110 8 0 0 12 3 7 1 20 0 1 0 98765 1 2';
  expect(parseStat(stat)).toEqual({ parent: 42, startTicks: '98765', ownTicks: 15, waitedTicks: 8 });
  expect(parseStat('')).toBeUndefined();
});

it('tells a process that ignores its children from others', () => {
  expect(parseIgnoresChildren('Name:\tx\nSigIgn:\t0000000000011000\nSigCgt:\t0\n')).toBe(true);
  expect(parseIgnoresChildren('Name:\tx\nSigIgn:\t0000000000001000\nSigCgt:\t0000000000010000\n')).toBe(false);
  expect(parseIgnoresChildren('')).toBe(false);
});

it.each([
  ['LISTEN_PID=71\0LISTEN_FDS=1\0', '71', true],
  ['HOME=/\0LISTEN_PID=71\0', '71', true],
  ['LISTEN_PID=1\0LISTEN_FDS=1\0', '71\t1', true],
  ['LISTEN_PID=70\0LISTEN_FDS=1\0', '71', false],
  ['MY_LISTEN_PID=71\0', '71', false],
  ['', '71', false],
])('of the environment %j takes sockets as meant for process %j: %s', (environ, pids, isMeant) => {
  expect(isAddressedTo(environ, `Name:\tx\nNSpid:\t${pids}\nNSpgid:\t71\n`)).toBe(isMeant);
});

it('reads established connections and no others', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0 100 0 0 10 0
   1: 0100007F:20FB 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 12346 1 0 20 4 30 10 -1
`;
  expect(parseConnections(table)).toMatchObject([
    { local: { hex: '0100007F', port: 8443 }, remote: { hex: '0100007F', port: 54_321 }, inode: '12346' },
  ]);
});

it.each([
  ['127.0.0.1', '127.0.0.1', '0100007F'],
  ['::ffff:127.0.0.1', '127.0.0.1', '0000000000000000FFFF00000100007F'],
  ['::ffff:7f00:1', '127.0.0.1', '0000000000000000FFFF00000100007F'],
  ['0.0.0.0', '127.0.0.1', '00000000'],
  ['::', '::1', '00000000000000000000000000000000'],
  ['::1', '::1', '00000000000000000000000001000000'],
  ['2001:db8::8a2e:370:7334', '2001:db8::8a2e:370:7334', 'B80D0120000000002E8A000034737003'],
])('knows the spellings of %s', (address, plain, hex) => {
  expect(plainAddress(address)).toBe(plain);
  expect(kernelHex(address)).toBe(hex);
});

it('formats what the kernel prints as an endpoint', () => {
  expect(endpointText('0100007F', 443)).toBe('127.0.0.1:443');
  expect(endpointText(kernelHex('::ffff:127.0.0.1'), 443)).toBe('127.0.0.1:443');
  expect(endpointText(kernelHex('2001:db8::1'), 443)).toBe('[2001:db8::1]:443');
});

it('leaves out the zone of a link-local address', () => {
  expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
});

it('reads where the hierarchies of cgroups are, and where a process is in them', () => {
  const mountinfo = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 /docker/ab /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw
`;
  expect(parseCgroupMounts(mountinfo)).toMatchObject([
    { root: '/docker/ab', folder: '/sys/fs/cgroup/cpu,cpuacct', controllers: ['rw', 'cpu', 'cpuacct'] },
    { root: '/', folder: '/sys/fs/cgroup/unified', controllers: [''] },
  ]);
  expect(parseCgroups('4:cpu,cpuacct:/docker/ab\n0::/user.slice/a:b\n')).toEqual([
    { controllers: ['cpu', 'cpuacct'], path: '/docker/ab' },
    { controllers: [''], path: '/user.slice/a:b' },
  ]);
});

it('reads a limit on CPU time, and how it held processes back', () => {
  expect(parseCpuMax('50000 100000\n')).toBe(0.5);
  expect(parseCpuMax('max 100000\n')).toBeUndefined();
  expect(parseKeyed('nr_periods 12\nthrottled_usec 30\n').get('nr_periods')).toBe(12);
});

it('names the limit that held processes back most', () => {
  const level = (folder: string, cores: number, periods: number, throttled: number) => ({ folder, cores, periods, throttled });
  const before = [level('/own', 2, 10, 0), level('/above', 0.5, 100, 40)];
  const after = [level('/own', 2, 20, 1), level('/above', 0.5, 110, 45)];
  expect(quotaBetween(before, after)).toEqual({ cores: 0.5, throttledShare: 0.5 });
  expect(quotaBetween([], after)).toEqual({ cores: 0.5, throttledShare: 0 });
  expect(quotaBetween([], [])).toBeNull();
});
