import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_NAMES } from '../../src/domain/engine-name.ts';
import { noticeText } from '../../src/report/text/notice.ts';
import { Resumark, total } from '../e2e/resumark.ts';
import { startPerConnectionServer } from '../servers/per-connection.ts';
import { findProgram } from '../servers/require-program.ts';

const compiler = findProgram('gcc', 'gcc libssl-dev');

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

const LOAD = ['-k', '--tls', '1.3', '-m', 'ticket', '-c', '4', '--rounds', '2', '--handshakes-per-block', '60', '--warmup', '0'];

describe.skipIf(compiler === undefined)('a server that gives tickets only with its first answer (Debian: gcc libssl-dev)', () => {
  const measure = async (...flags: readonly string[]) => {
    const server = await startPerConnectionServer(compiler ?? '', 'late');
    try {
      const measured = await resumark.measure('run', `127.0.0.1:${String(server.port)}`, ...LOAD, ...flags);
      return { ...measured, known: await server.end() };
    } finally {
      await server.close();
    }
  };

  it.each(ENGINE_NAMES)('is resumed every time when it is asked something, by its own word too: engine %s', async (engine) => {
    const { code, record, known } = await measure('--request', 'http', '--engine', engine);
    expect(code).toBe(0);
    const honoured = total(record.blocks, (block) => block.honoured);
    expect(honoured).toBe(total(record.blocks, ({ handshakes }) => handshakes));
    expect(honoured).toBe(120);
    // Probes are resumed too, before the windows.
    expect(known.resumed).toBeGreaterThanOrEqual(honoured);
  });

  it('is never resumed when it is not, and the advice is to ask', async () => {
    const { code, record, known } = await measure('--rounds', '1');
    expect({ code, resumed: known.resumed }).toEqual({ code: 4, resumed: 0 });
    const texts = record.notices.map(noticeText);
    expect(texts).toContainEqual(expect.stringMatching(/no session to offer.*--request/u));
  });
});
