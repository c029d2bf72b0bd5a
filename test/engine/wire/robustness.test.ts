import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureKey } from '../../../src/domain/failure.ts';
import { ALERT, APPLICATION_DATA, HANDSHAKE, NEW_SESSION_TICKET } from '../../../src/tls/numbers.ts';
import { message, u32, vector16, vector8 } from '../../fuzz/bytes.ts';
import { FIXED_CERTIFICATE } from '../../fuzz/fixed-certificate.ts';
import { openTestServer } from '../../fuzz/open-test-server.ts';
import { HONEST } from '../../fuzz/plan.ts';
import { playParserCase } from '../../fuzz/parser-case.ts';
import { plainRecord } from '../../fuzz/protection.ts';
import { playCase } from '../../fuzz/play-case.ts';
import { makeSituations, parserInput, REPEATABLE_NAMES, type Situation } from '../../fuzz/situations.ts';
import { Subject } from '../../fuzz/subject.ts';

let subject: Subject;
let situations: ReadonlyMap<string, Situation>;
beforeAll(() => {
  subject = new Subject();
  const made = makeSituations(subject, FIXED_CERTIFICATE);
  situations = new Map(made.map((situation) => [situation.name, situation]));
});
afterAll(() => {
  subject.close();
});

const WHOLE = () => Infinity;

const situationOf = (name: string): Situation => {
  const situation = situations.get(name);
  if (situation === undefined) throw new Error(`no situation ${name}`);
  return situation;
};

/**
 * The server's flights of one honest handshake up to the client's end of it. With the client's randomness repeated they can be fed to it
 * again and again.
 */
const record = ({ client, session, fresh }: Situation): Buffer[] => {
  const server = openTestServer(fresh(), HONEST);
  const flights: Buffer[] = [];
  let sent = subject.start(client, session);
  while (subject.connection.status === 'handshaking') {
    const flight = server.take(sent);
    flights.push(flight);
    sent = subject.take(flight, WHOLE, 0);
  }
  expect(subject.connection.status).toBe('finished');
  return flights;
};

/** Feeds flights to a client that begins anew. @returns what it came to. */
const replay = ({ client, session }: Situation, flights: readonly Buffer[], pieceBytes = WHOLE): string => {
  subject.start(client, session);
  for (const flight of flights) subject.take(flight, pieceBytes, 0);
  const { status, failure } = subject.connection;
  subject.connection.release();
  return failure === undefined ? status : failureKey(failure);
};

/** Where the records of a flight begin, by their types. */
const headsOf = (flight: Buffer): Map<number, number> => {
  const heads = new Map<number, number>();
  for (let at = 0; at < flight.length; at += 5 + flight.readUInt16BE(at + 3)) heads.set(at, flight[at] ?? 0);
  return heads;
};

describe.each(REPEATABLE_NAMES)('%s', (name) => {
  it('comes to the same end in pieces of every size', () => {
    const situation = situationOf(name);
    const flights = record(situation);
    const longest = Math.min(1500, Math.max(...flights.map(({ length }) => length)));
    for (let size = 1; size <= longest; size++) expect(replay(situation, flights, () => size)).toBe('finished');
  });

  it('waits, and neither fails nor finishes, wherever the last flight is cut', () => {
    const situation = situationOf(name);
    const flights = record(situation);
    const last = flights.pop() ?? Buffer.alloc(0);
    for (let end = 0; end < last.length; end++) {
      expect(`${String(end)}: ${replay(situation, [...flights, last.subarray(0, end)])}`).toBe(`${String(end)}: handshaking`);
    }
  });

  /**
   * The lower byte of a record's version says nothing and is ignored (RFC 8446, section 5.1), except where TLS 1.3 protects a record:
   * there the header is authenticated as it stands. Everything else matters.
   */
  it('does not finish with a bit turned in any byte of the last flight, but for the lower byte of record versions', () => {
    const situation = situationOf(name);
    const flights = record(situation);
    const last = flights.pop() ?? Buffer.alloc(0);
    const heads = headsOf(last);
    const finishedWith: number[] = [];
    const ignored: number[] = [];
    for (let at = 0; at < last.length; at++) {
      const type = heads.get(at - 2);
      if (type !== undefined && !(situation.plan.protocol === 'TLSv1.3' && type === APPLICATION_DATA)) ignored.push(at);
      const isInHead = [0, 1, 2, 3, 4].some((offset) => heads.has(at - offset));
      const ends = (isInHead ? [0, 1, 2, 3, 4, 5, 6, 7] : [at % 8]).map((bit) => {
        const turned = Buffer.from(last);
        turned[at] = (turned[at] ?? 0) ^ (1 << bit);
        return replay(situation, [...flights, turned]);
      });
      if (ends.includes('finished')) finishedWith.push(at);
    }
    expect(finishedWith).toEqual(ignored);
    expect(subject.isMemoryIntact).toBe(true);
  });
});

it('stands four thousand bad servers', () => {
  const all = [...situations.values()];
  const results = new Set<string>();
  for (let seed = 0; seed < 4000; seed++) {
    const { objection, result, situation, what } = playCase(subject, all, seed);
    results.add(result);
    if (objection !== undefined) expect.fail(`case ${String(seed)}, ${situation}; ${what}: ${result}. ${objection}`);
  }
  // What never comes up is not tested.
  expect([...results]).toEqual(
    expect.arrayContaining([
      'finished',
      'handshaking',
      'tls:bad_finished',
      'tls:bad_signature',
      'tls:bad_record',
      'tls:decode_error',
    ]),
  );
});

it('reads hellos and sessions with anything wrong in them, in pieces as whole', () => {
  const input = parserInput(subject, [...situations.values()]);
  for (let seed = 0; seed < 4000; seed++) {
    const objection = playParserCase(input, seed);
    if (objection !== undefined) expect.fail(`case ${String(seed)}: ${objection}`);
  }
});

it('takes no ticket in the clear, whatever came in the clear before', () => {
  const { client, session, fresh } = situationOf('1.3 full');
  const server = openTestServer(fresh(), HONEST);
  const flight = server.take(subject.start(client, session));
  subject.take(flight, WHOLE, 0);
  expect(subject.connection.status).toBe('finished');
  const ticket = message(NEW_SESSION_TICKET, u32(7200), u32(0), vector8(), vector16(Buffer.alloc(40)), vector16());
  const closeNotify = Buffer.of(1, 0);
  subject.take(Buffer.concat([plainRecord(ALERT, closeNotify), plainRecord(HANDSHAKE, ticket)]), WHOLE, 0);
  expect(subject.connection.ticketsReceived).toBe(0);
  subject.connection.release();
});
