import { oneLine } from '../safe-text.ts';

/** A test case: `skipped` is neither a pass nor a failure. */
export interface TestCase {
  readonly suite: string;
  readonly name: string;
  readonly result: 'passed' | 'failure' | 'skipped';
  /** The reason, shown where it did not pass. */
  readonly message: string;
}

/**
 * JUnit XML, in the subset that CI servers agree on: a suite for each name, its counts, and a
 * message on what did not pass.
 *
 * @see https://github.com/testmoapp/junitxml
 */
export const junitXml = (cases: readonly TestCase[]): string => {
  const suites = [...new Set(cases.map(({ suite }) => suite))];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="resumark"${counts(cases)}>`,
    ...suites.flatMap((suite) => suiteLines(suite, cases)),
    '</testsuites>',
    '',
  ].join('\n');
};

const suiteLines = (suite: string, cases: readonly TestCase[]): string[] => {
  const own = cases.filter((one) => one.suite === suite);
  return [`  <testsuite name="${xml(suite)}"${counts(own)}>`, ...own.map((one) => `    ${caseXml(one)}`), '  </testsuite>'];
};

const counts = (cases: readonly TestCase[]): string => {
  const of = (result: TestCase['result']): string => String(cases.filter((one) => one.result === result).length);
  return ` tests="${String(cases.length)}" failures="${of('failure')}" errors="0" skipped="${of('skipped')}"`;
};

const caseXml = ({ suite, name, result, message }: TestCase): string => {
  const open = `<testcase classname="resumark.${xml(suite)}" name="${xml(name)}"`;
  return result === 'passed' ? `${open}/>` : `${open}><${result} message="${xml(message)}"/></testcase>`;
};

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

const xml = (text: string): string => oneLine(text).replace(/[&<>"']/gu, (sign) => ENTITIES[sign] ?? '');
