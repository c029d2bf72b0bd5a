import { isIPv4 } from 'node:net';
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
  return { family: AF_INET6, memory };
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
