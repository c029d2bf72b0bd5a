import { describe, expect, it } from 'vitest';
import { summarizeRun } from '../../src/analysis/summary/run-summary.ts';
import { junitXml, type TestCase } from '../../src/report/ci/junit.ts';
import { render } from '../../src/report/formats.ts';
import { beforeAndAfter, hostile, troubled } from './fake-run.ts';
import { openMix } from './fake-open-run.ts';

/** An element as the schema of Jenkins' xUnit plugin (junit-10.xsd) has it. */
interface Rule {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly children: readonly string[];
  readonly hasText: boolean;
}

const MESSAGE: Rule = { required: [], optional: ['type', 'message'], children: [], hasText: true };

const RULES: Readonly<Record<string, Rule>> = {
  testsuites: {
    required: [],
    optional: ['name', 'time', 'tests', 'failures', 'errors'],
    children: ['testsuite'],
    hasText: false,
  },
  testsuite: {
    required: ['name', 'tests', 'failures', 'errors'],
    optional: ['group', 'time', 'skipped', 'timestamp', 'hostname', 'id', 'package', 'file', 'log', 'url'],
    children: ['testsuite', 'properties', 'testcase', 'system-out', 'system-err'],
    hasText: false,
  },
  testcase: {
    required: ['name'],
    optional: ['time', 'classname', 'group'],
    children: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
    hasText: false,
  },
  skipped: MESSAGE,
  error: MESSAGE,
  failure: MESSAGE,
  'system-out': { ...MESSAGE, optional: [] },
};

/** The schema's SUREFIRE_TIME. */
const TIME = /^(?:(?:[0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(?:\.[0-9]*)?$/u;

const attributesOf = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/gu)].map(([, name = '', value = '']) => [name, value]));

interface Tag {
  readonly parent: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Text before it, in its parent. */
  readonly text: string;
  readonly isEnd: boolean;
}

const TAG = /([^<]*)<(\/?)([\w-]+)((?:\s[\w-]+="[^"<]*")*)\s*(\/?)>/gu;

/** The tags of a document, each with its parent. @throws where they are not nested. */
const tagsOf = (document: string): Tag[] => {
  const open: string[] = [];
  const tags = [...document.replace(/^<\?xml[^>]*\?>/u, '').matchAll(TAG)].map(([, text, end, name, attributes, empty]): Tag => {
    const isEnd = end !== '';
    if (isEnd && open.at(-1) !== name) throw new SyntaxError(`${name ?? ''} is not open`);
    if (isEnd) return { parent: open.pop() ?? '', name: '', attributes: {}, text: text ?? '', isEnd };
    const tag = {
      parent: open.at(-1) ?? '',
      name: name ?? '',
      attributes: attributesOf(attributes ?? ''),
      text: text ?? '',
      isEnd,
    };
    if (empty === '') open.push(tag.name);
    return tag;
  });
  if (open.length > 0) throw new SyntaxError(`${open.join()} stays open`);
  return tags;
};

/** Everything in a document that the schema forbids. */
const flawsOf = (document: string): string[] =>
  tagsOf(document).flatMap((tag) => [...textFlaws(tag), ...(tag.isEnd ? [] : elementFlaws(tag))]);

const textFlaws = ({ parent, text }: Tag): string[] =>
  text.trim() === '' || RULES[parent]?.hasText === true ? [] : [`text in ${parent}`];

const elementFlaws = ({ parent, name, attributes }: Tag): string[] => {
  const allowed = parent === '' ? ['testsuites'] : (RULES[parent]?.children ?? []);
  const rule = RULES[name] ?? MESSAGE;
  const known = [...rule.required, ...rule.optional];
  const { time = '' } = attributes;
  return [
    ...(allowed.includes(name) ? [] : [`${name} in ${parent}`]),
    ...rule.required.filter((one) => attributes[one] === undefined).map((one) => `${name} without ${one}`),
    ...Object.keys(attributes)
      .filter((one) => !known.includes(one))
      .map((one) => `${name} with ${one}`),
    ...(TIME.test(time) ? [] : [`time ${time}`]),
  ];
};

describe("the rules of Jenkins' schema", () => {
  it('find what it forbids', () => {
    expect(flawsOf('<testsuites skipped="1"><testsuite name="a" tests="1" failures="0"><b/></testsuite></testsuites>')).toEqual([
      'testsuites with skipped',
      'testsuite without errors',
      'b in testsuite',
    ]);
  });

  it.each([
    ['before and after', beforeAndAfter()],
    ['trouble', troubled()],
    ['a schedule', openMix()],
    ['hostile names', hostile()],
  ])('hold for the run of %s', (_, run) => {
    expect(flawsOf(render(summarizeRun(run), 'junit'))).toEqual([]);
  });
});

describe('a test report', () => {
  const one = { suite: 'gates', name: 'full.p50 < 1ms', message: 'undecided: the limit is inside', seconds: 1.25 } as const;
  const text = (...results: readonly TestCase['result'][]): string =>
    junitXml({ startedAt: '2026-01-02T03:04:05.678Z', cases: results.map((result) => ({ ...one, result })) });

  it('counts every result and adds up the time', () => {
    const xml = text('passed', 'failure', 'error', 'skipped');
    expect(flawsOf(xml)).toEqual([]);
    expect(xml).toContain('<testsuites name="resumark" tests="4" failures="1" errors="1" time="5.000">');
    expect(xml).toContain('errors="1" time="5.000" skipped="1" timestamp="2026-01-02T03:04:05">');
  });

  it('shows the reason of what is undecided, also where a server hides that of skipped cases', () => {
    expect(text('skipped')).toContain(
      '<skipped message="undecided: the limit is inside"/><system-out>undecided: the limit is inside</system-out>',
    );
  });

  it('of a run has the time of each cell, as its blocks had it', () => {
    const summary = summarizeRun(beforeAndAfter());
    const times = [...render(summary, 'junit').matchAll(/<testcase [^>]*time="([\d.]+)"/gu)].map(([, time]) => Number(time));
    expect(times).toEqual(
      summary.cells.map(({ id }) =>
        summary.run.blocks.filter(({ cell }) => cell === id).reduce((sum, block) => sum + block.durationNs / 1e9, 0),
      ),
    );
  });
});
