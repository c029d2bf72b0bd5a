import { EXPECTATIONS } from '../domain/probe-expectation.ts';
import { PROTOCOLS } from '../domain/protocol.ts';
import { STARTTLS_PROTOCOLS } from '../domain/starttls.ts';
import { z } from '../domain/zod.ts';
import { choice, count, duration, flag, listOf, rate, text } from './fields.ts';
import { protocol } from './load-schema.ts';
import { request } from './request.ts';
import { tlsSchema } from './schema.ts';

/**
 * More tries than this are a load test. They would find a share of bad tickets of one in 3,000 with a confidence of 95%.
 */
const MOST_TRIES = 10_000;

/** Every name is tried with every other: with 8 and none, 81 pairs at each address and protocol. */
const MOST_NAMES = 8;
/** A cache of more sessions than this is large enough for anyone who asks. */
const MOST_SESSIONS = 1_000_000;

/** The settings of a probe: how it dials, and what it tries. */
export const probeSchema = z.strictObject({
  protocols: listOf(protocol, PROTOCOLS.join(', '))
    .default([...PROTOCOLS])
    .meta({ flag: 'tls', description: 'TLS versions to try, such as 1.2,1.3' }),
  tries: count(1, MOST_TRIES)
    .default(10)
    .meta({ flag: 'tries', alias: 'n', description: 'Attempts of each kind of resumption at each address' }),
  expect: text('a list of expectations')
    .optional()
    .meta({
      flag: 'expect',
      description: `Exit with 99 unless these hold at all addresses, as a check in CI: ${EXPECTATIONS.join(', ')}`,
    }),
  mapOnly: flag.default(false).meta({
    flag: 'map-only',
    description: 'Only map which addresses resume the sessions of which: fewer connections, for large fleets',
  }),
  balanced: text('host:port').optional().meta({
    flag: 'balanced',
    description: 'A name that is balanced over the addresses, to check the predicted share of resumptions at',
  }),
  explain: flag.default(false).meta({
    flag: 'explain',
    description: 'Tell one connection of each kind message by message, with the decoded hellos',
  }),
  watch: duration(1).optional().meta({
    flag: 'watch',
    description: 'Time to watch all addresses afterwards: rotation of ticket keys, its grace, lifetime of sessions',
  }),
  watchEvery: duration(10).prefault('10s').meta({
    flag: 'watch-every',
    description: 'Time between two polls of an address with --watch [default: 10s]',
  }),
  weakKeys: flag.default(false).meta({
    flag: 'weak-keys',
    description: 'Try keys that anybody can guess on the tickets of the own sessions, to prove that the server has none of them',
  }),
  crossSni: listOf(text('a host name'), 'host names')
    .refine((names) => names.length <= MOST_NAMES, { error: `must have at most ${String(MOST_NAMES)} names` })
    .optional()
    .meta({
      flag: 'cross-sni',
      description: 'Names (SNI) across which sessions are offered, and without a name: at each address, and between ports',
    }),
  cacheCapacity: count(1, MOST_SESSIONS).optional().meta({
    flag: 'cache-capacity',
    description:
      'Find out how many sessions the cache of each address holds, with at most so many new ones, one after another: this may push out the sessions of others',
  }),
  resolve: listOf(text('host:port:address'), 'host:port:address').optional().meta({
    flag: 'resolve',
    repeatable: true,
    description: 'Addresses to use for a name, as host:port:address[,address...]; repeatable',
  }),
  starttls: choice(STARTTLS_PROTOCOLS)
    .optional()
    .meta({
      flag: 'starttls',
      description: `Ask for TLS in a protocol that begins in plaintext: ${STARTTLS_PROTOCOLS.join(', ')}. No request is sent then`,
    }),
  request: request.prefault('http').meta({
    flag: 'request',
    description:
      'Request to send to a server that gives no ticket before one, and as early data: byte, http, or the path of an HTTP request [default: http]',
  }),
  rate: rate()
    .prefault('500/s')
    .meta({ flag: 'rate', alias: 'r', description: 'Most new connections, all together [default: 500/s]' }),
  concurrency: count(1, 1024).default(64).meta({
    flag: 'concurrency',
    alias: 'c',
    description: 'Most addresses that are probed at the same time, with one connection each',
  }),
  timeout: duration(1).prefault('5s').meta({
    flag: 'timeout',
    description: 'Time limit for the TCP connect, for the handshake, and for a response, each on its own [default: 5s]',
  }),
  ticketTimeout: duration(1).prefault('1s').meta({
    flag: 'ticket-timeout',
    description: 'Longest time to wait for a TLS 1.3 ticket after a handshake [default: 1s]',
  }),
  tls: tlsSchema
    .pick({
      servername: true,
      insecure: true,
      cacert: true,
      cert: true,
      key: true,
      ciphers: true,
      groups: true,
      alpn: true,
      keylog: true,
    })
    .prefault({}),
  libssl: text('a path')
    .optional()
    .meta({ flag: 'libssl', description: "Path of a libssl (OpenSSL 3) to probe with, instead of Node's own" }),
  seed: count(0, 2 ** 32 - 1)
    .optional()
    .meta({ flag: 'seed', description: 'Seed of the random order [default: random, and recorded]' }),
  authorized: flag
    .default(false)
    .meta({ flag: 'authorized', description: 'Confirm that you may probe a target with a public address' }),
});

export type ProbeSettings = z.output<typeof probeSchema>;
