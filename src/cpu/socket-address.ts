import { isIPv4 } from 'node:net';

/** An address without a second spelling: IPv4 where it is one mapped into IPv6, loopback where it is the unspecified one. */
export const plainAddress = (address: string): string => {
  const [bare = ''] = address.split('%');
  const bytes = bytesOf(bare);
  const isMapped = bytes.length === 16 && bytes.subarray(0, 12).equals(MAPPED);
  if (isMapped) return plainAddress(bytes.subarray(12).join('.'));
  // Linux takes a connection to "any address" to loopback.
  if (bytes.every((byte) => byte === 0)) return isIPv4(bare) ? '127.0.0.1' : '::1';
  return bare;
};

/** Formats an address as /proc/net/tcp and tcp6 print it: 32-bit words in the order of a little-endian machine. */
export const kernelHex = (address: string): string => {
  const bytes = bytesOf(address);
  for (let word = 0; word < bytes.length; word += 4) bytes.subarray(word, word + 4).reverse();
  return bytes.toString('hex').toUpperCase();
};

/** Formats what {@link kernelHex} gives as an address and port again. */
export const endpointText = (hex: string, port: number): string => {
  const bytes = Buffer.from(hex, 'hex');
  for (let word = 0; word < bytes.length; word += 4) bytes.subarray(word, word + 4).reverse();
  const isMapped = bytes.length === 16 && bytes.subarray(0, 12).equals(MAPPED);
  if (bytes.length === 4 || isMapped) return `${bytes.subarray(-4).join('.')}:${String(port)}`;
  const words = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return `${new URL(`http://[${words.join(':')}]`).hostname}:${String(port)}`;
};

/** The first 12 bytes of ::ffff:0:0/96 (RFC 4291, section 2.5.5.2). */
const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

const bytesOf = (address: string): Buffer => {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  // A URL has the one canonical spelling, without dots.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [before = [], after = []] = canonical.split('::').map((half) => half.split(':').filter(Boolean));
  const gap = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const hex = [...before, ...gap, ...after].map((word) => word.padStart(4, '0')).join('');
  return Buffer.from(hex, 'hex');
};
