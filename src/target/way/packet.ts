/** Addresses of a way, as the four bytes of IPv4. */
export interface WayAddresses {
  /** The client's end of the tun device. */
  readonly client: number;
  /** The address that clients dial, which no machine has: its packets go into the tun device. */
  readonly dialled: number;
  /** The address on which the server listens. */
  readonly server: number;
}

/** An IPv4 address as a number. */
export const ipv4 = (address: string): number => Buffer.from(address.split('.').map(Number)).readUInt32BE();

const TCP = 6;
const SOURCE = 12;
const DESTINATION = 16;
const IP_CHECKSUM = 10;

/** Of the TCP header, from its beginning. */
const TCP_CHECKSUM = 16;

/**
 * Turns a packet that left one end of the way into the one that arrives at the other end: what clients send to the dialled address comes
 * from there to the server, and back.
 *
 * @returns false for what is no TCP packet of the way; it is dropped.
 */
export const turnAround = (packet: Buffer, { client, dialled, server }: WayAddresses): boolean => {
  if (packet.length < 40 || (packet[0] ?? 0) >> 4 !== 4 || packet[9] !== TCP || packet.readUInt32BE(DESTINATION) !== dialled) {
    return false;
  }
  const source = packet.readUInt32BE(SOURCE);
  if (source !== client && source !== server) return false;
  setAddress(packet, SOURCE, dialled);
  setAddress(packet, DESTINATION, source === client ? server : client);
  return true;
};

/** Writes an address and keeps both checksums true: that of TCP covers the addresses too (RFC 9293, section 3.1). */
const setAddress = (packet: Buffer, at: number, address: number): void => {
  const before = packet.readUInt32BE(at);
  packet.writeUInt32BE(address, at);
  const tcp = ((packet[0] ?? 0) & 0x0f) * 4;
  for (const checksum of [IP_CHECKSUM, tcp + TCP_CHECKSUM]) {
    packet.writeUInt16BE(updated(packet.readUInt16BE(checksum), before, address), checksum);
  }
};

/** The checksum after four of the bytes that it covers have changed (RFC 1624, equation 3). */
const updated = (checksum: number, before: number, after: number): number => {
  const complement = (word: number): number => ~word & 0xffff;
  let sum = complement(checksum) + complement(before >>> 16) + complement(before & 0xffff) + (after >>> 16) + (after & 0xffff);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return complement(sum);
};
