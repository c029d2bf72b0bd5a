import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_NAMES, type EngineName } from '../../src/domain/engine-name.ts';
import { failureKey } from '../../src/domain/failure.ts';
import { judge } from '../../src/domain/judgement.ts';
import type { Protocol } from '../../src/domain/protocol.ts';
import type { Client, Engine, Session } from '../../src/engine/engine.ts';
import { engineChoice, openEngine } from '../../src/engine/open.ts';
import { attemptOf, performOne, type HandshakeResult } from '../../src/engine/perform.ts';
import { negotiatedOf, PreflightError } from '../../src/run/prepare/target-error.ts';
import { testSettings } from '../engine/settings.ts';
import { BadServers, type BadServer } from './bad-servers.ts';
import type { Kind, Said } from './kind.ts';
import { KINDS } from './kinds.ts';
import { lieIn } from './truth.ts';

const CASES = KINDS.flatMap((kind) => kind.protocols.map((protocol) => ({ ...kind, kind, protocol })));

const servers = new BadServers();
afterAll(() => servers.close());

describe.each(ENGINE_NAMES)('engine %s, with a server that', (name) => {
  let engine: Engine;
  beforeAll(() => {
    engine = openEngine(engineChoice(name));
  });
  afterAll(() => {
    engine.close();
  });

  it.each(CASES)('$name ($protocol)', async ({ kind, protocol }) => {
    const server = await servers.serve(kind.name, protocol);
    const client = engine.client(settingsFor(kind, protocol, server));
    const first = await attempt(client, undefined);
    const second = kind.offered === undefined || first.result.failure !== undefined ? undefined : await attempt(client, first);
    client.close();
    const accounts = await server.end();
    const isTooLate = kind.mayComeTooLate === true && said(first) === 'honoured';
    if (!isTooLate) expect(said(first)).toBe(expected(kind.full, name));
    if (kind.advice !== undefined) expect(adviceOn(first)).toMatch(kind.advice);
    if (kind.offered !== undefined && second !== undefined) expect(said(second)).toBe(expected(kind.offered, name));
    for (const [index, one] of [first, second].entries()) {
      if (one !== undefined) expect(lieIn(one.result, accounts[index])).toBeUndefined();
    }
  });

  interface Tried {
    readonly client: Client;
    readonly result: HandshakeResult;
    readonly session: Session | undefined;
    readonly before: HandshakeResult | undefined;
  }

  const attempt = async (client: Client, before: Tried | undefined): Promise<Tried> => {
    const session = before?.result.session;
    const result = await performOne(engine, attemptOf(client, { session, awaitTicket: before === undefined }));
    session?.free();
    return { client, result, session, before: before?.result };
  };

  /** The word for what came of an attempt. */
  const said = ({ client, result, before }: Tried): string => {
    if (result.failure !== undefined) return failureKey(result.failure);
    const { protocol } = client.settings;
    const mode = before === undefined ? 'full' : 'ticket';
    return judge({ mode, protocol, expired: false, missing: before?.unusableTicket }, result.evidence);
  };

  /** Message and hint that a user is shown. */
  const adviceOn = ({ client, result }: Tried): string => {
    try {
      negotiatedOf(result, attemptOf(client), { engine: name, target: 'target' });
      return '';
    } catch (error) {
      if (!(error instanceof PreflightError)) throw error;
      return `${error.message} ${error.hint ?? ''}`;
    }
  };
});

const settingsFor = ({ timeoutMs = 5000, offered }: Kind, protocol: Protocol, { port, certificate }: BadServer) =>
  testSettings({
    ...{ protocol, port, ca: certificate, mode: offered === undefined ? 'full' : 'ticket' },
    ...{ connectTimeoutMs: 5000, handshakeTimeoutMs: timeoutMs, ticketTimeoutMs: 100 },
  });

const expected = (said: Said, engine: EngineName): string => (typeof said === 'string' ? said : said[engine]);
