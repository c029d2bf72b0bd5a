import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HandshakeLog } from '../../../src/target/servers/handshake-log.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resumark-log-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('counts the lines of a log that grows, those that were cut in two as well', async () => {
  const path = join(folder, 'log');
  const log = new HandshakeLog(path, { handshake: /^[r.]$/u, resumed: /^r$/u });
  expect(await log.read()).toEqual({ handshakes: 0, resumed: 0 });
  await appendFile(path, 'r\n.\nr');
  expect(await log.read()).toEqual({ handshakes: 2, resumed: 1 });
  expect(await log.read()).toEqual({ handshakes: 2, resumed: 1 });
  await appendFile(path, '\nother\n.\n');
  expect(await log.read()).toEqual({ handshakes: 4, resumed: 2 });
});

it('counts lines that stand beside each other', async () => {
  const path = join(folder, 'output');
  const log = new HandshakeLog(path, { handshake: /^CIPHER is /u, resumed: /^Reused session-id$/u });
  await appendFile(path, 'CIPHER is A\nCIPHER is B\nReused session-id\n');
  expect(await log.read()).toEqual({ handshakes: 2, resumed: 1 });
});
