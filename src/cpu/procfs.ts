/** Parsers of what Linux shows under /proc: text in, values out. */

/** A socket that listens, as a line of /proc/net/tcp or tcp6 shows it. */
export interface ListeningSocket {
  /** As {@link canonicalAddress} writes it. */
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

/** What a process's stat line tells of its place among the others. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** Ticks since boot. With the pid it names a process for good: the kernel gives a pid again, but not within a tick. */
  readonly startTicks: string;
}

/** The state TCP_LISTEN in the kernel's numbering. */
const LISTEN = '0A';

/** The kernel prints an address as words of 32 bits in the machine's own order, so the parser must be told it. */
export const parseListeningSockets = (table: string, endianness: 'LE' | 'BE'): ListeningSocket[] =>
  table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/u);
      const [addressHex = '', portHex = ''] = local.split(':');
      if (state !== LISTEN) return [];
      return [{ address: addressOfHex(addressHex, endianness), port: Number.parseInt(portHex, 16), inode }];
    });

const addressOfHex = (hex: string, endianness: 'LE' | 'BE'): string => {
  const bytes = Buffer.from(hex, 'hex');
  if (endianness === 'LE') bytes.swap32();
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  return canonicalAddress(groups.join(':'));
};

/** One spelling for each address: IPv6 shortened and without its zone, IPv4 inside IPv6 (`::ffff:a.b.c.d`) as IPv4. */
export const canonicalAddress = (address: string): string => {
  if (!address.includes(':')) return address;
  const [withoutZone = ''] = address.split('%');
  const short = new URL(`http://[${withoutZone}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([\da-f]+):([\da-f]+)$/u.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const [h, l] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [h >> 8, h & 0xff, l >> 8, l & 0xff].join('.');
};

/** CPU time in ns: the first field of a thread's schedstat. `undefined` when the text is not one. */
export const parseSchedstatNs = (text: string): number | undefined => {
  const [first = ''] = text.split(' ');
  return /^\d+$/u.test(first) ? Number(first) : undefined;
};

/** Reads a stat line. The name in parentheses may hold anything, parentheses too, so the fields count from the last one. */
export const parseStat = (stat: string): ProcessEntry | undefined => {
  const [, pid, name = '', rest = ''] = /^(\d+) \((.*)\) (.*)/su.exec(stat) ?? [];
  const fields = rest.split(' ');
  const [parent, startTicks] = [fields[1], fields[19]];
  if (pid === undefined || parent === undefined || startTicks === undefined) return undefined;
  return { pid: Number(pid), parent: Number(parent), name, startTicks };
};

/** The inode that a link such as `socket:[12345]` names, or `undefined` for any other descriptor. */
export const parseSocketLink = (link: string): string | undefined => /^socket:\[(\d+)\]$/u.exec(link)?.[1];
