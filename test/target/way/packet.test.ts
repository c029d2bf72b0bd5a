import { expect, it } from 'vitest';
import { ipv4, turnAround } from '../../../src/target/way/packet.ts';

const ADDRESSES = { client: ipv4('10.77.1.1'), dialled: ipv4('10.77.1.2'), server: ipv4('127.0.0.1') };

/** The Internet checksum (RFC 1071), over all words. */
const checksumOf = (bytes: Buffer): number => {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
};

const tcpChecksumOf = (packet: Buffer): number => {
  const segment = packet.subarray(20);
  const pseudoHeader = Buffer.alloc(12);
  packet.copy(pseudoHeader, 0, 12, 20);
  pseudoHeader[9] = 6;
  pseudoHeader.writeUInt16BE(segment.length, 10);
  return checksumOf(Buffer.concat([pseudoHeader, segment]));
};

/** A packet whose checksums are right, with some payload. */
const packetOf = (source: number, destination: number, payload = 'some bytes'): Buffer => {
  const packet = Buffer.alloc(40 + payload.length);
  packet.writeUInt16BE(0x4500, 0);
  packet.writeUInt16BE(packet.length, 2);
  packet[8] = 64;
  packet[9] = 6;
  packet.writeUInt32BE(source, 12);
  packet.writeUInt32BE(destination, 16);
  packet.writeUInt16BE(40_000, 20);
  packet.writeUInt16BE(8443, 22);
  packet.writeUInt32BE(0xfffe_fdfc, 24);
  packet.writeUInt16BE(0x5018, 32);
  packet.write(payload, 40);
  packet.writeUInt16BE(checksumOf(packet.subarray(0, 20)), 10);
  packet.writeUInt16BE(tcpChecksumOf(packet), 36);
  return packet;
};

it.each([
  ['from a client to the server', ADDRESSES.client, '10.77.1.2', '127.0.0.1'],
  ['from the server to a client', ADDRESSES.server, '10.77.1.2', '10.77.1.1'],
])('turns a packet around %s, with true checksums', (_, source, from, to) => {
  const packet = packetOf(source, ADDRESSES.dialled);
  expect(turnAround(packet, ADDRESSES)).toBe(true);
  expect(packet.readUInt32BE(12)).toBe(ipv4(from));
  expect(packet.readUInt32BE(16)).toBe(ipv4(to));
  // A sum over what includes the right checksum is zero.
  expect(checksumOf(packet.subarray(0, 20))).toBe(0);
  expect(tcpChecksumOf(packet)).toBe(0);
});

it.each([
  ['of another protocol', Buffer.concat([packetOf(ADDRESSES.client, ADDRESSES.dialled)]).fill(17, 9, 10)],
  ['of IPv6', Buffer.alloc(60, 0x60)],
  ['to another address', packetOf(ADDRESSES.client, ipv4('10.77.1.3'))],
  ['from another address', packetOf(ipv4('10.77.1.9'), ADDRESSES.dialled)],
  ['that is too short', Buffer.from([0x45, 0])],
])('drops a packet %s', (_, packet) => {
  expect(turnAround(packet, ADDRESSES)).toBe(false);
});
