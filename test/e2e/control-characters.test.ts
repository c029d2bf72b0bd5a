import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Resumark } from './resumark.ts';

let resumark: Resumark;
let folder: string;
beforeAll(async () => {
  resumark = await Resumark.create();
  folder = await mkdtemp(join(tmpdir(), 'resumark-control-'));
});
afterAll(async () => {
  await resumark.close();
  await rm(folder, { recursive: true });
});

/** Colours, moves and clears; sets the title of a terminal; turns the reading direction. */
const HOSTILE = '\u001b[31m\u001b[2J\u001b]0;owned\u0007\r\u009b1A\u202e';

/** The same as YAML writes it. */
const ESCAPED = String.raw`\e[31m\e[2J\e]0;owned\a\r\x9b1A\u202e`;

/**
 * Everything that a terminal would act on, or that reads as something else; line feeds are ours.
 */
const RAW = /[^\n\P{Cc}]|[\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u;

const scenario = async (text: string): Promise<string> => {
  const path = join(folder, `scenario-${String(Math.floor(performance.now() * 1e3))}.yaml`);
  await writeFile(path, text);
  return path;
};

const prints = async (...args: readonly string[]): Promise<{ readonly code: number | null; readonly text: string }> => {
  const { code, stdout, stderr } = await resumark.run(...args, '-o', resumark.results);
  const text = stdout + stderr;
  expect(text).not.toBe('');
  expect(text).not.toMatch(RAW);
  return { code, text };
};

describe('no control character reaches the terminal', () => {
  it.each<{ readonly what: string; readonly text: string; readonly flags?: readonly string[] }>([
    { what: 'an unknown key', text: `states: { a: { server: {} } }\n"${ESCAPED}": 1\n` },
    { what: 'a key of a state', text: `states: { a: { server: {}, "${ESCAPED}": 1 } }\n` },
    { what: 'a value', text: `states: { a: { server: {} } }\nmodes: ["${ESCAPED}"]\n` },
    { what: 'the host of a target', text: `states: { a: { target: "${ESCAPED}:443" } }\n` },
    { what: 'a syntax error, whose place is shown', text: `states: { a: [ "${HOSTILE}" }\n` },
    { what: 'a tag', text: `states: !<${HOSTILE}> { a: { server: {} } }\n` },
    { what: 'an alias', text: `states: *${HOSTILE}\n` },
    {
      what: 'a gate, whose place is shown',
      text: `states: { a: { server: {} } }\ngates: ["full.p50${ESCAPED} < 1s"]\n`,
      flags: ['--gate'],
    },
    { what: 'a file with an authority', text: `states: { a: { target: "127.0.0.1:1", cacert: "${ESCAPED}" } }\n` },
  ])('from $what of a scenario file', async ({ text, flags = [] }) => {
    expect((await prints('run', await scenario(text), ...flags)).code).toBe(2);
  });

  it.each([
    ['a target', ['run', `${HOSTILE}:443`]],
    ['a file', ['run', `${HOSTILE}.yaml`]],
    ['a run', ['report', `results/${HOSTILE}`]],
    ['a flag', ['run', '127.0.0.1:1', `--${HOSTILE}`, '1']],
    ['a command', [HOSTILE]],
    ['the value of a flag', ['run', '127.0.0.1:1', '--format', HOSTILE]],
    ['a gate', ['run', '127.0.0.1:1', '--threshold', `full.${HOSTILE} < 1s`]],
    ['ciphers', ['run', '127.0.0.1:1', '--ciphers', HOSTILE]],
  ])('from %s on the command line', async (_, args) => {
    expect((await prints(...args)).code).toBe(2);
  });

  it('from the name and the label of a run that is measured, rendered and compared', async () => {
    const label = `name: "${ESCAPED}"\nstates: { "a${ESCAPED}": { server: {} }, b: { server: { resumption: [] } } }\n`;
    const plan =
      "protocols: ['1.3']\nmodes: [full, ticket]\nload: { concurrency: 2 }\nplan: { rounds: 2, handshakesPerBlock: 20 }\n";
    await prints('run', await scenario(label + plan));
    const [run = ''] = await resumark.folders();
    for (const format of ['table', 'markdown']) await prints('report', run, '--format', format);
    await prints('gate', run, '--threshold', 'full.p50 < 1s');
    const states = await resumark.run('compare', run, run);
    expect(states.stdout + states.stderr).not.toMatch(RAW);
  });
});
