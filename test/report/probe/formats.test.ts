import { describe, expect, it } from 'vitest';
import { PROBE_FORMATS, renderProbe, type ProbeFormat } from '../../../src/report/probe/formats.ts';
import { expectGolden } from '../golden.ts';
import { balanced, healthy, hostile, large, oldServer, unshared } from './examples.ts';
import { checked } from './fake-probe.ts';

const PROBES = [
  ['healthy', checked(healthy())],
  ['unshared', checked(unshared())],
  ['balanced', checked(balanced())],
  ['old-server', checked(oldServer())],
  ['large', checked(large())],
  ['hostile', checked(hostile())],
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

it('shows the protocols one after the other on a narrow terminal, and hides none', () => {
  const text = renderProbe(unshared(), 'table', { columns: 60 });
  expectGolden('probe-unshared-narrow.txt', text);
  expect(text.match(/^cipher .*$/gmu)).toHaveLength(2);
});

it('paints the findings by their weight', () => {
  expect(renderProbe(unshared(), 'table', { colour: true })).toContain('\u001B[31mproblem: 10.0.0.2:443');
});
