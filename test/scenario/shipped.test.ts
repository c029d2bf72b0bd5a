import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readScenarioFile } from '../../src/run/files/scenario-file.ts';
import { decodeScenario } from '../../src/scenario/decode.ts';

it.each(readdirSync('scenarios').filter((name) => name.endsWith('.yaml')))('the shipped scenario %s is one', async (name) => {
  const path = `scenarios/${name}`;
  const { scenario } = decodeScenario(await readScenarioFile(path), {}, path);
  expect(`${scenario.name}.yaml`).toBe(name);
});
