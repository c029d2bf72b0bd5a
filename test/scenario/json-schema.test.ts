import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseScenarioText } from '../../src/run/files/scenario-text.ts';
import { decodeScenario } from '../../src/scenario/decode.ts';
import { scenarioJsonSchema } from '../../src/scenario/json-schema.ts';

/** A strict validator knows no keyword beside those of the draft, and takes no ambiguous type. */
const compiled = (schema: object): ValidateFunction => new Ajv2020({ strict: true, allErrors: true }).compile(schema);

const validate = compiled(scenarioJsonSchema());

/** What the schema has to say against a scenario. */
const objections = (text: string): string[] => {
  validate(parseScenarioText(text, 'file.yaml'));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
};

const shipped = readdirSync('scenarios').filter((name) => name.endsWith('.yaml'));

it('is the file that every scenario points to', () => {
  expect(JSON.parse(readFileSync('scenarios/scenario.schema.json', 'utf8'))).toEqual(scenarioJsonSchema());
});

it.each(shipped)('accepts the shipped scenario %s', (name) => {
  expect(objections(readFileSync(`scenarios/${name}`, 'utf8'))).toEqual([]);
});

/** Scenarios in the words of users, which the program takes. */
const WRITTEN: Readonly<Record<string, string>> = {
  'versions without their name, in a mix':
    "states: { edge: { target: 'a:1' } }\nload: { rate: 200/s, mix: [{ protocol: '1.2', mode: session-id, share: 30% }, { protocol: '1.3', mode: ticket, share: 70% }] }",
  'a version that YAML reads as a number': 'states: { edge: { target: "a:1" } }\nprotocols: [1.3]',
  'a mix as a mapping': 'states: { edge: { target: "a:1" } }\nload: { mix: { full: 20%, ticket: 80% } }',
  'numbers as words': 'states: { edge: { server: {} } }\nload: { concurrency: 1k }\nplan: { handshakes: 10k }',
  'a ramp, and keys of its own':
    'x-rate: &rate { from: 1/s, to: 2/s, over: 10s }\nstates: { edge: { server: { x-note: 1 } } }\nload: { rate: *rate }',
};

it.each(Object.entries(WRITTEN))('accepts %s, as the program does', (_, text) => {
  expect(() => decodeScenario(parseScenarioText(text, 'file.yaml'), {}, 'file.yaml')).not.toThrow();
  expect(objections(text)).toEqual([]);
});

it.each([
  ['an unknown key', 'states: { a: { target: "a:1" } }\nplan: { round: 1 }'],
  ['a mode that there is not', 'states: { a: { target: "a:1" } }\nmodes: [fulll]'],
  ['no state', 'name: x'],
])('refuses %s, as the program does', (_, text) => {
  expect(() => decodeScenario(parseScenarioText(text, 'file.yaml'), {}, 'file.yaml')).toThrow();
  expect(objections(text)).not.toEqual([]);
});
