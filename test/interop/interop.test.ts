import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureKey } from '../../src/domain/failure.ts';
import { judge, kindOf } from '../../src/domain/judgement.ts';
import type { Mode } from '../../src/domain/mode.ts';
import type { Protocol } from '../../src/domain/protocol.ts';
import { ENGINE_NAMES, type EngineName } from '../../src/domain/engine-name.ts';
import type { ClientSettings, Engine } from '../../src/engine/engine.ts';
import { engineChoice, openEngine } from '../../src/engine/open.ts';
import { attemptOf, performOne, type HandshakeResult } from '../../src/engine/perform.ts';
import type { Peer } from '../servers/peer.ts';
import { findProgram } from '../servers/require-program.ts';
import type { ServerWord } from '../servers/server-program.ts';
import { PEERS, type Row } from './peers.ts';

/** Handshakes that offer the newest session, behind the full one that gives the first. */
const OFFERS = 3;

/** What an engine cannot do at all. It must say so before the run. */
const IMPOSSIBLE: Partial<Readonly<Record<EngineName, readonly Mode[]>>> = { node: ['early-data'] };

const settings = (peer: Peer, protocol: Protocol, mode: Mode, row: Row): ClientSettings => ({
  protocol,
  mode,
  address: '127.0.0.1',
  port: peer.port,
  serverName: 'localhost',
  verify: true,
  ca: peer.certificate,
  identity: undefined,
  alpn: [],
  ciphers: undefined,
  groups: undefined,
  // Some of these servers have one connection at a time, and some drop a session whose connection is reset.
  keyShare: 'fresh',
  checksSignature: true,
  close: 'notify',
  sources: [],
  keyLog: undefined,
  request: undefined,
  connectTimeoutMs: 2000,
  handshakeTimeoutMs: 5000,
  ticketTimeoutMs: 500,
  firstByteTimeoutMs: 5000,
  ...row.client,
});

/** A full handshake, and behind it those that offer what the one before gave. */
const converse = async (engine: Engine, client: ClientSettings): Promise<HandshakeResult[]> => {
  const made = engine.client(client);
  const all: HandshakeResult[] = [];
  try {
    for (let i = 0; i <= OFFERS; i++) {
      const session = client.mode === 'full' ? undefined : all.findLast((one) => one.session !== undefined)?.session;
      all.push(await performOne(engine, attemptOf(made, { session })));
    }
  } finally {
    for (const { session } of all) session?.free();
    made.close();
  }
  return all;
};

const verdictOf = ({ protocol, mode }: ClientSettings, { failure, evidence }: HandshakeResult): string => {
  if (failure !== undefined) return failureKey(failure);
  const judgement = judge({ protocol, mode, expired: false }, evidence);
  if (judgement !== 'honoured') return judgement;
  const kind = kindOf(evidence);
  return `${kind.kind === 'full' ? 'full' : kind.mechanism}${kind.helloRetry ? ' after a retry' : ''}`;
};

const spelt = (verdicts: readonly string[]): string => [...new Set(verdicts)].join(' and ');

describe.each(ENGINE_NAMES)('engine %s', (name) => {
  let engine: Engine;
  beforeAll(() => {
    engine = openEngine(engineChoice(name));
  });
  afterAll(() => {
    engine.close();
  });

  describe.each([...PEERS])('with $name', (row) => {
    const program = row.program === undefined ? '' : findProgram(row.program, row.package);

    describe.skipIf(program === undefined)(`(Debian: ${row.package})`, () => {
      let peer: Peer;
      const seen = { full: 0, resumed: 0, earlyData: 0 };
      beforeAll(async () => {
        peer = await row.start(program ?? '');
      });
      afterAll(() => peer.close());

      const cases = Object.entries(row.verdicts).flatMap(([protocol, modes]) =>
        Object.entries(modes).map(([mode, verdict]) => ({ protocol: protocol as Protocol, mode: mode as Mode, verdict })),
      );

      it.each(cases)('$protocol $mode: $verdict', async ({ protocol, mode, verdict }) => {
        const client = settings(peer, protocol, mode, row);
        if (IMPOSSIBLE[name]?.includes(mode) === true) {
          expect(() => engine.client(client)).toThrow(new RegExp(`mode ${mode} cannot be run by engine ${name}`, 'u'));
          return;
        }
        const all = await converse(engine, client);
        const finished = all.filter(({ failure }) => failure === undefined);
        seen.resumed += finished.filter(({ evidence }) => evidence.resumed).length;
        seen.full += finished.filter(({ evidence }) => !evidence.resumed).length;
        seen.earlyData += finished.filter(({ evidence }) => evidence.earlyData === 'accepted').length;
        expect(spelt(all.slice(1).map((one) => verdictOf(client, one)))).toBe(verdict);
      });

      if (row.silence === undefined) {
        it('has counted the same handshakes itself', async () => {
          expect(await untilCounted(peer, seen.full + seen.resumed)).toEqual({ full: seen.full, resumed: seen.resumed });
        });
      } else {
        it(`says nothing of its handshakes: ${row.silence}`, () => {
          expect(peer.word).toBeUndefined();
        });
      }

      it('has taken as many early data, where it tells', async () => {
        if (peer.earlyData !== undefined) expect(await peer.earlyData()).toBe(seen.earlyData);
      });
    });
  });
});

/** A server tells of a handshake a moment after the client has seen it. Bounded: 3 s, then what it says is compared as it is. */
const untilCounted = async (peer: Peer, handshakes: number): Promise<ServerWord | undefined> => {
  const deadline = performance.now() + 3000;
  for (;;) {
    const word = await peer.word?.();
    if (word === undefined || word.full + word.resumed >= handshakes || performance.now() > deadline) return word;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
