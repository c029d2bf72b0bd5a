import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startYamlLanguageServer, type YamlLanguageServer } from '../servers/yaml-language-server.ts';

const SCHEMA = pathToFileURL(resolve('scenarios/scenario.schema.json')).href;

describe('the language server of editors', () => {
  let server: YamlLanguageServer;
  let folder: string;
  beforeAll(async () => {
    server = await startYamlLanguageServer();
    folder = await mkdtemp(join(tmpdir(), 'resumark-editor-'));
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  it.each(readdirSync('scenarios').filter((name) => name.endsWith('.yaml')))('has nothing against %s', async (name) => {
    expect(await server.diagnose(`scenarios/${name}`)).toEqual([]);
  });

  it.each([
    ['versions as in the documentation', "load: { rate: 200/s, mix: [{ protocol: '1.3', mode: ticket, share: 100% }] }", 0],
    ['versions without quotes', 'protocols: [1.3]', 0],
    ['keys of the user', 'x-note: mine', 0],
    ['a key that there is not', 'plan: { round: 3 }', 1],
  ])('has, against %s, as much as the program', async (name, line, objections) => {
    const path = join(folder, `${name}.yaml`);
    await writeFile(path, `# yaml-language-server: $schema=${SCHEMA}\nstates: { edge: { target: 'a:1' } }\n${line}\n`);
    expect(await server.diagnose(path)).toHaveLength(objections);
  });
});
