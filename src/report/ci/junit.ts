import { oneLine } from '../safe-text.ts';

/**
 * A test case. `skipped` is neither a pass nor a failure; an `error` could not be judged, which is
 * no pass either.
 */
export interface TestCase {
  readonly suite: string;
  readonly name: string;
  readonly result: 'passed' | 'failure' | 'error' | 'skipped';
  /** The reason, shown where it did not pass. */
  readonly message: string;
  /** Time that it took to measure. */
  readonly seconds: number;
}

/** Test cases, and the start of what they report on. */
export interface TestReport {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly cases: readonly TestCase[];
}

/**
 * JUnit XML, in the subset that CI servers agree on: a suite for each name, its counts and time, and
 * a message on what did not pass. Valid against the schema of Jenkins' xUnit plugin, which does not
 * know `skipped` on all suites together.
 *
 * @see https://github.com/testmoapp/junitxml
 * @see https://github.com/jenkinsci/xunit-plugin (junit-10.xsd)
 */
export const junitXml = ({ startedAt, cases }: TestReport): string => {
  const suites = [...new Set(cases.map(({ suite }) => suite))];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="resumark"${counts(cases)}>`,
    ...suites.flatMap((suite) => suiteLines(suite, startedAt, cases)),
    '</testsuites>',
    '',
  ].join('\n');
};

const suiteLines = (suite: string, startedAt: string, cases: readonly TestCase[]): string[] => {
  const own = cases.filter((one) => one.suite === suite);
  const skipped = own.filter(({ result }) => result === 'skipped').length;
  // The format has no time zone: readers take it for UTC.
  const attributes = `${counts(own)} skipped="${String(skipped)}" timestamp="${xml(startedAt.slice(0, 19))}"`;
  return [`  <testsuite name="${xml(suite)}"${attributes}>`, ...own.map((one) => `    ${caseXml(one)}`), '  </testsuite>'];
};

const counts = (cases: readonly TestCase[]): string => {
  const of = (result: TestCase['result']): string => String(cases.filter((one) => one.result === result).length);
  const seconds = cases.reduce((sum, one) => sum + one.seconds, 0);
  return ` tests="${String(cases.length)}" failures="${of('failure')}" errors="${of('error')}" time="${seconds.toFixed(3)}"`;
};

/** Servers that do not show the reason of a skipped case show its output. */
const caseXml = ({ suite, name, result, message, seconds }: TestCase): string => {
  const open = `<testcase classname="resumark.${xml(suite)}" name="${xml(name)}" time="${seconds.toFixed(3)}"`;
  if (result === 'passed') return `${open}/>`;
  return `${open}><${result} message="${xml(message)}"/><system-out>${xml(message)}</system-out></testcase>`;
};

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** XML 1.0 has no code for U+FFFE and U+FFFF, nor for control characters, which {@link oneLine} has replaced. */
const xml = (text: string): string =>
  oneLine(text)
    .replace(/[\uFFFE\uFFFF]/gu, '\uFFFD')
    .replace(/[&<>"']/gu, (sign) => ENTITIES[sign] ?? '');
