import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { FINDING_CODES } from '../../../src/domain/probe-finding.ts';
import { PROBE_FORMATS, renderProbe, type ProbeFormat } from '../../../src/report/probe/formats.ts';
import { probeJsonSchema } from '../../../src/report/probe/json.ts';
import { expectGolden } from '../golden.ts';
import { balanced, healthy, hostile, large, oldServer, unshared } from './examples.ts';
import { checked } from './fake-probe.ts';
import { watched } from './over-time.ts';

const PROBES = [
  ['healthy', checked(healthy())],
  ['unshared', checked(unshared())],
  ['balanced', checked(balanced())],
  ['old-server', checked(oldServer())],
  ['large', checked(large())],
  ['hostile', checked(hostile())],
  ['watched', checked(watched())],
] as const;

const EXTENSION: Readonly<Record<ProbeFormat, string>> = {
  table: 'txt',
  json: 'json',
  csv: 'csv',
  markdown: 'md',
  html: 'html',
  s_client: 's_client.txt',
};

describe.each(PROBES)('a probe of %s', (name, record) => {
  it.each(PROBE_FORMATS)('as %s is as its golden file', (format) => {
    expectGolden(`probe-${name}.${EXTENSION[format]}`, renderProbe(record, format));
  });
});

describe('what a peer says', () => {
  it.each(PROBE_FORMATS)('as %s has no control character', (format) => {
    expect(renderProbe(hostile(), format)).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  });

  it('is never a formula or markup', () => {
    expect(renderProbe(hostile(), 'csv')).not.toMatch(/(?:^|,)"?=/mu);
    expect(renderProbe(hostile(), 'markdown')).not.toMatch(/<b>|@x/u);
  });
});

describe.each(PROBES)('the page of a probe of %s', (_, record) => {
  const page = renderProbe(record, 'html');

  it('stands alone: it loads nothing and runs nothing', () => {
    expect(page).not.toMatch(/<script|<link(?! rel="icon" href="data:,")|\ssrc="|url\(|@import|https?:/u);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
  });

  it('closes every element that it opens, in order', () => {
    const open: string[] = [];
    for (const [, close, name = ''] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s[^<>]*)?>/gu)) {
      if (['meta', 'link'].includes(name)) continue;
      if (close === '') open.push(name);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });

  it('says in each cell of the matrix by text what its colour shows', () => {
    for (const [, text] of page.matchAll(/class="number pair-[^"]*">([^<]*)</gu)) expect(text).toMatch(/^(?:\d+\/\d+|key|-)$/u);
  });
});

describe('the JSON Schema', () => {
  const schema = probeJsonSchema();

  it('names every finding', () => {
    for (const code of FINDING_CODES) expect(JSON.stringify(schema)).toContain(`"const":"${code}"`);
  });

  it.each(PROBES)('accepts a probe of %s', (_, record) => {
    const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
    validate(JSON.parse(renderProbe(record, 'json')));
    expect(validate.errors ?? []).toEqual([]);
  });
});

it('never shows a secret, nor a session ID or a ticket itself', () => {
  const text = renderProbe(healthy(), 's_client');
  expect(text).not.toMatch(/Master-Key|Resumption PSK|^ +0000 - /mu);
  expect(text).toContain('TLS session ticket: present, 1 of 192 bytes (SHA-256 71c4e712...)');
});

it('shows the protocols one after the other on a narrow terminal, and hides none', () => {
  const text = renderProbe(unshared(), 'table', { columns: 60 });
  expectGolden('probe-unshared-narrow.txt', text);
  expect(text.match(/^cipher .*$/gmu)).toHaveLength(2);
});

it('paints the findings by their weight', () => {
  expect(renderProbe(unshared(), 'table', { colour: true })).toContain('\u001B[31mproblem: 10.0.0.2:443');
});
