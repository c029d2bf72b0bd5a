import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { seededRandom, type Random } from '../../src/stats/random.ts';
import { keyName, ticketLayout } from '../../src/tls/ticket-layout.ts';
import { join, u16, u32, u8, vector16 } from '../fuzz/bytes.ts';

const bytes = (random: Random, length: number): Buffer => Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));

const hashOf = (name: Uint8Array): string => createHash('sha256').update(name).digest('hex').slice(0, 8);

type Make = (random: Random, name: Buffer) => Buffer;

interface MakeOf {
  readonly nameBytes: number;
  readonly ticket: Make;
}

/** Tickets as each make builds them, by its sources. */
const MAKES: Readonly<Record<string, MakeOf>> = {
  rfc5077: { nameBytes: 16, ticket: (random, name) => join(name, bytes(random, 16 + 128 + 32)) },
  gnutls: {
    nameBytes: 16,
    ticket: (random, name) => join(name, bytes(random, 16), vector16(bytes(random, 144)), bytes(random, 20)),
  },
  wolfssl: {
    nameBytes: 16,
    ticket: (random, name) => join(name, bytes(random, 16), vector16(bytes(random, 101)), bytes(random, 32)),
  },
  s2n: { nameBytes: 16, ticket: (random, name) => join(u8(1), name, bytes(random, 32 + 12 + 90 + 16)) },
  mbedtls: {
    nameBytes: 4,
    ticket: (random, name) => join(name, bytes(random, 12), vector16(bytes(random, 123)), bytes(random, 16)),
  },
  rustls: { nameBytes: 16, ticket: (random, name) => join(name, bytes(random, 12 + 97 + 16)) },
  jsse: { nameBytes: 4, ticket: (random, name) => join(name, bytes(random, 16 + 105 + 16)) },
  nss: {
    nameBytes: 16,
    ticket: (random, name) =>
      join(Buffer.from('NSS!'), name.subarray(4), bytes(random, 16), vector16(bytes(random, 160)), bytes(random, 32)),
  },
  botan: {
    nameBytes: 4,
    ticket: (random, name) => join(Buffer.from('068b5a9d396c0000', 'hex'), name, bytes(random, 16 + 12 + 140 + 16)),
  },
  go: { nameBytes: 0, ticket: (random) => bytes(random, 16 + 117 + 32) },
  stateful: { nameBytes: 0, ticket: (random) => bytes(random, 32) },
};

const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);

describe('ticketLayout', () => {
  it.each(Object.entries(MAKES))('knows tickets of %s under one key', (family, { nameBytes, ticket }) => {
    for (const seed of SEEDS) {
      const random = seededRandom(seed);
      const name = bytes(random, nameBytes);
      const tickets = Array.from({ length: 10 }, () => ticket(random, name));
      const layout = ticketLayout(tickets);
      expect({ seed, family: layout.family, nameBytes: layout.nameBytes }).toEqual({ seed, family, nameBytes });
      expect(new Set(layout.names).size).toBe(1);
      expect(layout.names[0] === '').toBe(nameBytes === 0);
    }
  });

  it.each(Object.entries(MAKES).filter(([, { nameBytes }]) => nameBytes > 0))(
    'tells the keys of %s apart',
    (family, { nameBytes, ticket }) => {
      for (const seed of SEEDS) {
        const random = seededRandom(seed);
        const names = Array.from({ length: 3 }, () => bytes(random, nameBytes));
        const tickets = Array.from({ length: 12 }, (_, i) => ticket(random, names[i % 3] ?? Buffer.alloc(0)));
        const layout = ticketLayout(tickets);
        expect({ seed, family: layout.family, keys: new Set(layout.names).size }).toEqual({ seed, family, keys: 3 });
        expect(layout.names.map((name) => layout.names.indexOf(name))).toEqual(tickets.map((_, i) => i % 3));
      }
    },
  );

  it('finds the one ticket under another key, and keys with a ticket each', () => {
    const random = seededRandom(3);
    const [one, other, third] = [bytes(random, 16), bytes(random, 16), bytes(random, 16)];
    const make = MAKES['rfc5077']?.ticket ?? (() => Buffer.alloc(0));
    const mostly = ticketLayout([...Array.from({ length: 9 }, () => make(random, one)), make(random, other)]);
    expect(mostly.names).toEqual([...Array.from({ length: 9 }, () => hashOf(one)), hashOf(other)]);
    const few = ticketLayout([one, other, third, one].map((name) => make(random, name)));
    expect(few.names).toEqual([one, other, third, one].map(hashOf));
  });

  it('shows no byte of a name', () => {
    const name = Buffer.alloc(16, 0xab);
    const random = seededRandom(1);
    const tickets = [0, 1].map(() => join(name, bytes(random, 176)));
    expect(JSON.stringify(ticketLayout(tickets))).not.toContain('abab');
  });

  it('counts the rotations of Java by the numbers of its keys', () => {
    const random = seededRandom(5);
    const tickets = [-7, -7, -6, -6, -5].map((number) => join(u32(number), bytes(random, 137)));
    expect(ticketLayout(tickets)).toMatchObject({ family: 'jsse', nameBytes: 4, keyNumbers: [-7, -7, -6, -6, -5] });
    expect(ticketLayout([1000, 1001].map((number) => join(u32(number), bytes(random, 137)))).keyNumbers).toEqual([1000, 1001]);
  });

  it('says no more of a single ticket than its structure does', () => {
    const random = seededRandom(8);
    expect(ticketLayout([bytes(random, 192)])).toMatchObject({ family: 'rfc5077', nameBytes: 16 });
    expect(ticketLayout([bytes(random, 193)])).toMatchObject({ family: 'opaque', nameBytes: 0, names: [''] });
    expect(ticketLayout([bytes(random, 32)])).toMatchObject({ family: 'stateful', nameBytes: 0 });
    expect(ticketLayout([join(Buffer.from('NSS!'), bytes(random, 28), u16(48), bytes(random, 80))])).toMatchObject({
      family: 'nss',
    });
  });

  it('claims no name where nothing is in common', () => {
    const random = seededRandom(9);
    const aligned = Array.from({ length: 10 }, () => bytes(random, 192));
    expect(ticketLayout(aligned)).toMatchObject({ family: 'opaque', nameBytes: 0, names: aligned.map(() => '') });
  });

  it('takes a prefix of unknown length as the name', () => {
    const random = seededRandom(10);
    const name = bytes(random, 9);
    const layout = ticketLayout(Array.from({ length: 10 }, () => join(name, bytes(random, 200))));
    expect(layout).toMatchObject({ family: 'opaque', nameBytes: 9 });
    expect(new Set(layout.names)).toEqual(new Set([hashOf(name)]));
  });

  it('keeps to the length where names begin alike', () => {
    const random = seededRandom(11);
    const names = Array.from({ length: 6 }, (_, i) => Buffer.from(`ticket-key-000${String(i)}-`));
    const layout = ticketLayout(names.map((name) => join(name, bytes(random, 176))));
    expect(layout).toMatchObject({ family: 'rfc5077', nameBytes: 16, names: names.map(hashOf) });
  });

  it('holds whatever a server sends as tickets', () => {
    expect(ticketLayout([])).toEqual({ family: null, nameAt: 0, nameBytes: 0, names: [], keyNumbers: [] });
    expect(ticketLayout([Buffer.alloc(0), Buffer.of(1, 2, 3)]).names).toEqual(['', '']);
    expect(ticketLayout([Buffer.of(1, 2, 3), Buffer.of(1, 2, 3, 4, 5)])).toMatchObject({ family: 'opaque', keyNumbers: [] });
    const twice = Buffer.alloc(100, 1);
    expect(ticketLayout([twice, Buffer.from(twice)])).toMatchObject({ family: 'opaque', nameBytes: 0 });
    const random = seededRandom(12);
    for (let i = 0; i < 500; i++) {
      const tickets = Array.from({ length: Math.floor(random() * 5) }, () => bytes(random, Math.floor(random() * 80)));
      expect(ticketLayout(tickets).names).toHaveLength(tickets.length);
    }
  });
});

describe('keyName', () => {
  it('is empty where a ticket is too short for a name', () => {
    expect(keyName(Buffer.alloc(8), { nameAt: 0, nameBytes: 16 })).toBe('');
    expect(keyName(Buffer.alloc(16), { nameAt: 0, nameBytes: 16 })).toBe(hashOf(Buffer.alloc(16)));
  });
});
