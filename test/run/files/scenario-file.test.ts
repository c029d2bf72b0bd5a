import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ResumarkError } from '../../../src/domain/error.ts';
import { readScenarioFile } from '../../../src/run/files/scenario-file.ts';
import { decodeScenario } from '../../../src/scenario/decode.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resumark-scenario-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

const written = async (content: string | Buffer, name = 'edge.yaml'): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

const decoded = async (content: string | Buffer) => {
  const path = await written(content);
  return decodeScenario(await readScenarioFile(path), {}, path).scenario;
};

/** The message of a refusal, without the folder. */
const refusal = async (content: string | Buffer, name?: string): Promise<string> => {
  const path = await written(content, name);
  try {
    decodeScenario(await readScenarioFile(path), {}, path);
  } catch (error) {
    if (error instanceof ResumarkError && error.exitCode === 2) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
  return 'taken';
};

const STATE = "states: { edge: { target: '127.0.0.1:22000' } }\n";

describe('a scenario file', () => {
  it('may share settings by anchors, merge keys, and keys of its own', async () => {
    const scenario = await decoded(`
x-base: &base { target: '127.0.0.1:22000', x-note: of mine }
states:
  before: { <<: *base }
  after: { <<: *base, servername: edge.test }
tls: { x-why: test, insecure: true }
`);
    expect(scenario.states).toMatchObject({
      before: { target: '127.0.0.1:22000' },
      after: { target: '127.0.0.1:22000', servername: 'edge.test' },
    });
    expect(scenario.tls.insecure).toBe(true);
  });

  it.each([
    ['UTF-16, little endian', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(STATE, 'utf16le')])],
    ['UTF-16, big endian', Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(STATE, 'utf16le').swap16()])],
    ['UTF-16 without a mark', Buffer.from(STATE, 'utf16le')],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${STATE}`)],
  ])('may be %s', async (_, bytes) => {
    expect(Object.keys((await decoded(bytes)).states)).toEqual(['edge']);
  });

  it.each([
    ['a tag', 'states:\n  edge: { target: !env TARGET }', /^edge\.yaml:2: the tag !env is unknown/u],
    [
      'a variable',
      'states:\n  edge: { target: "${TARGET:-127.0.0.1:1}" }',
      /^edge\.yaml: "\$\{TARGET:-127\.0\.0\.1:1\}" is a variable/u,
    ],
    [
      'a variable without quotes',
      'states:\n  edge: { target: ${TARGET:-127.0.0.1:1} }\nmodes: [full]',
      /^edge\.yaml: "\$\{TARGET:-127\.0\.0\.1:1\}" is a variable/u,
    ],
    [
      'comments as in JavaScript',
      '{ "states": {}, // c\n "modes": ["full"], }',
      /^edge\.yaml has a comment that begins with \//u,
    ],
    ['several documents', `${STATE}---\n${STATE}`, /^edge\.yaml has several documents/u],
    ['a key that stands twice', `${STATE}name: a\nname: b`, /^edge\.yaml: the key "name" stands twice/u],
    ['an alias without an anchor', 'states: { edge: *edge }', /^edge\.yaml is not YAML: Unresolved alias/u],
    ['an alias inside its own anchor', 'states: &states { edge: *states }', /^edge\.yaml has a value that contains itself/u],
    ['a merge of what is no mapping', 'states: { edge: { <<: 3 } }', /^edge\.yaml is not YAML: Merge sources must be maps/u],
    ['brackets without end', `states: ${'['.repeat(20_000)}`, /^edge\.yaml is no scenario: it is nested too deeply/u],
    ['keys without end', `states: ${'? '.repeat(20_000)}`, /^edge\.yaml is no scenario: it is nested too deeply/u],
    ['bytes that are no text', Buffer.from([0x61, 0x3a, 0x20, 0xe4, 0x0a]), /^edge\.yaml is not text in UTF-8 or UTF-16/u],
    [
      'more than a scenario can be',
      `${STATE}${'# none\n'.repeat(20_000)}`,
      /^edge\.yaml is no scenario: it is larger than 64 KiB/u,
    ],
  ])('is refused with one sentence for %s', async (_, content, message) => {
    expect(await refusal(content)).toMatch(message);
  });

  it('is refused when its aliases multiply without end', async () => {
    const row = (name: string, of: string): string =>
      `x-${name}: &${name} [${Array.from({ length: 9 }, () => `*${of}`).join(', ')}]\n`;
    const bomb = ['x-a: &a [x, x]\n', row('b', 'a'), row('c', 'b'), row('d', 'c'), row('e', 'd'), row('f', 'e')].join('');
    expect(await refusal(`${bomb}${STATE}`)).toMatch(/^edge\.yaml is not YAML: Excessive alias count/u);
  });

  it('has the first ten of its flaws named', async () => {
    const lines = (await refusal(`${STATE}${Array.from({ length: 4000 }, (_, i) => `k${String(i)}: 1\n`).join('')}`)).split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('There are 3990 more.');
  });
});

it.each([
  ['plan: { rounds: 1000000000 }', 'plan.rounds must be at most 100000, but it is 1000000000.'],
  ['plan: { warmup: 1M }', 'plan.warmup must be at most 1000, but it is "1M".'],
  ['load: { rate: { from: 1/s, to: 1000000000/s, over: 1s } }', 'load.rate.to must be at most 1M/s, but it is "1000000000/s".'],
  ['load: { model: storm, clients: 1000000000, over: 1s }', 'load.clients must be at most 1000000, but it is 1000000000.'],
  ['load: { concurrency: 1000000000 }', 'load.concurrency must be at most 1000000, but it is 1000000000.'],
  ['workers: 100k', 'workers must be at most 1024, but it is "100k".'],
  ['seed: 9007199254740991', 'seed must be at most 4294967295, but it is 9007199254740991.'],
  [
    'connection: { source: [999.1.1.1] }',
    'connection.source.0 must be an IP address of this machine, such as 127.0.0.2, but it is "999.1.1.1".',
  ],
])('no number is without a bound: %s', async (setting, message) => {
  expect(await refusal(`${STATE}${setting}\n`)).toBe(`edge.yaml: ${message}`);
});
