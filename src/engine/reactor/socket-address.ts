import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { ResumarkError } from '../../domain/error.ts';
import { allocate, type NativeMemory } from '../ffi.ts';
import { AF_INET, AF_INET6 } from './libc.ts';

/** An address as connect(2) takes it. */
export interface SocketAddress {
  readonly family: number;
  readonly memory: NativeMemory;
}

/** `struct sockaddr_in` or `sockaddr_in6` of an IP address. */
export const socketAddress = (address: string, port: number): SocketAddress => {
  if (isIPv4(address)) {
    const memory = allocate(16);
    memory.bytes.writeUInt16LE(AF_INET, 0);
    memory.bytes.writeUInt16BE(port, 2);
    memory.bytes.set(address.split('.').map(Number), 4);
    return { family: AF_INET, memory };
  }
  const memory = allocate(28);
  memory.bytes.writeUInt16LE(AF_INET6, 0);
  memory.bytes.writeUInt16BE(port, 2);
  memory.bytes.set(ipv6Bytes(address), 8);
  memory.bytes.writeUInt32LE(zoneIndex(address), 24);
  return { family: AF_INET6, memory };
};

/** The number of the interface that a link-local address belongs to (RFC 4007, section 11): `fe80::1%eth0`, `fe80::1%2`. */
const zoneIndex = (address: string): number => {
  const [, zone] = address.split('%');
  if (zone === undefined) return 0;
  if (/^\d+$/u.test(zone)) return Number(zone);
  try {
    return Number(readFileSync(`/sys/class/net/${zone}/ifindex`, 'utf8'));
  } catch {
    throw new ResumarkError('USAGE', `the zone of the address ${address} is no network interface of this machine.`);
  }
};

/** The 16 bytes of an IPv6 address; its spelling is made uniform by the URL parser. */
const ipv6Bytes = (address: string): number[] => {
  const uniform = new URL(`http://[${address.replace(/%.*$/u, '')}]`).hostname.slice(1, -1);
  const [left = '', right] = uniform.split('::');
  const groups = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const [before, after] = [groups(left), right === undefined ? [] : groups(right)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]);
};
