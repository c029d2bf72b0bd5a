import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseGate } from '../../src/analysis/gate/parse.ts';
import { parseExpectations } from '../../src/analysis/probe/parse-expectations.ts';
import type { ParsedFlags } from '../../src/cli/flags.ts';
import { choiceOf, comparisonFormatOf, formatOf } from '../../src/cli/format.ts';
import { decodeArgument } from '../../src/cli/scenario-argument.ts';
import { flagValues, probeFlagValues } from '../../src/cli/flags.ts';
import { parseRequest } from '../../src/cli/compared-sides.ts';
import * as library from '../../src/index.ts';
import { readScenarioFile } from '../../src/run/files/scenario-file.ts';
import { decodeComparison } from '../../src/scenario/comparison-plan.ts';
import { EXPECTATIONS } from '../../src/domain/probe-expectation.ts';
import { FINDING_CODES } from '../../src/domain/probe-finding.ts';
import { PROBE_FORMATS } from '../../src/report/probe/formats.ts';
import { decodeProbe, decodeScenario } from '../../src/scenario/decode.ts';
import { codeBlocks, DOCUMENTS, ROOT, textOf, wordsOf, type CodeBlock } from './documents.ts';
import { parseCall } from './parse-call.ts';

const PAGES = [...DOCUMENTS, 'docs/reference.md'];

const blocksOf = (language: string): CodeBlock[] => DOCUMENTS.flatMap((document) => codeBlocks(document, language));

const linesOf = (blocks: readonly CodeBlock[]): { readonly document: string; readonly line: string }[] =>
  blocks.flatMap(({ document, text }) => text.split('\n').map((line) => ({ document, line })));

const SHELL_LINES = linesOf(blocksOf('sh')).map(({ document, line }) => ({ document, words: wordsOf(line) }));

/** The arguments of every documented call of the program. */
const CALLS = SHELL_LINES.flatMap(({ document, words }) => {
  const args = words[0] === 'npx' ? words.slice(words[1] === '--yes' ? 2 : 1) : words;
  return args[0] === 'resumark' && args[1]?.startsWith('--') !== true
    ? [{ document, args: args.slice(1), call: args.join(' ') }]
    : [];
});

/** Decodes what a command would decode before it measures or reads anything. */
const decodeCall = async (args: readonly string[]): Promise<void> => {
  const parsed = await parseCall(args);
  const [command] = args;
  if (command === 'run') await decodeArgument(String(parsed['scenario']), parsed);
  if (command === 'compare') await decodeCompared(parsed);
  if (command === 'probe') parseExpectations(decodeProbe(probeFlagValues(parsed)).expect ?? EXPECTATIONS.join(','));
  if (parsed['format'] !== undefined) formatParsers[command ?? '']?.(parsed['format']);
  for (const gate of (parsed['threshold'] ?? []) as readonly string[]) parseGate(gate);
};

const formatParsers: Readonly<Record<string, (format: unknown) => unknown>> = {
  run: formatOf,
  report: formatOf,
  gate: formatOf,
  demo: formatOf,
  compare: comparisonFormatOf,
  probe: (format) => choiceOf('--format', format, PROBE_FORMATS),
};

const decodeCompared = async (parsed: ParsedFlags): Promise<void> => {
  const request = parseRequest(parsed['side'] as readonly string[]);
  if (request.kind === 'scenario') decodeComparison(await readScenarioFile(request.path), flagValues(parsed), request.path);
};

describe('documented commands', () => {
  it('are spelled as npx resumark', () => {
    expect(CALLS.length).toBeGreaterThanOrEqual(20);
    const lines = linesOf(blocksOf('sh')).map(({ line }) => line);
    expect(lines.filter((line) => /(?<!npx (?:--yes )?)resumark (?:run|demo|compare|gate|report|serve)/u.test(line))).toEqual([]);
    expect(PAGES.filter((page) => textOf(page).includes('dist/bin.js'))).toEqual([]);
  });

  it.each(CALLS)('$document: $call', ({ args }) => decodeCall(args));

  it('are scripts of the package', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly scripts: object };
    const called = SHELL_LINES.flatMap(({ words: [program, ...words] }) => {
      const [script] = words.filter((word) => word !== 'run' && !word.startsWith('-'));
      return program === 'npm' && script !== undefined && !['ci', 'link', 'install'].includes(script) ? [script] : [];
    });
    expect(called).toContain('test:unit');
    expect(called.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });
});

describe('documented files', () => {
  const yaml = blocksOf('yaml').map((block) => ({ ...block, content: parse(block.text) as Record<string, unknown> }));
  const scenarios = yaml.filter(({ text }) => !text.startsWith('# .git'));

  it.each(scenarios)('$document: $text is a scenario, or a part of one', ({ content }) => {
    const edge = { states: { edge: { target: '127.0.0.1:8443' } } };
    expect(() => decodeScenario({ ...edge, ...content }, {}, 'the block')).not.toThrow();
    for (const gate of (content['gates'] ?? []) as readonly string[]) parseGate(gate);
  });

  it.each(blocksOf('json'))('$document: $text is JSON', ({ text }) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });

  it.each(blocksOf('ts'))('$document: $text is TypeScript of functions that the library has', ({ text }) => {
    const { diagnostics = [] } = ts.transpileModule(text, { reportDiagnostics: true });
    expect(diagnostics.map(({ messageText }) => messageText)).toEqual([]);
    const [, names = ''] = /import \{ (.*?) \} from 'resumark'/su.exec(text) ?? [];
    for (const name of names.split(',').filter((one) => one.trim() !== '')) expect(library).toHaveProperty(name.trim());
  });
});

it.each([...FINDING_CODES, ...EXPECTATIONS, ...PROBE_FORMATS])('docs/probe.md explains %s', (name) => {
  expect(textOf('docs/probe.md')).toMatch(new RegExp(`^\\|[^|]*\`${name}\``, 'mu'));
});

describe('documented places', () => {
  it.each(PAGES)('the links of %s lead somewhere', (page) => {
    const broken = [...textOf(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/gu)]
      .filter(([, path = '', anchor]) => {
        const file = path === '' ? page : join(dirname(page), path);
        return !existsSync(join(ROOT, file)) || (anchor !== undefined && !anchorsOf(file).includes(anchor));
      })
      .map(([link]) => link);
    expect(broken).toEqual([]);
  });

  it.each(DOCUMENTS)('the files that %s names exist', (page) => {
    const named = [...textOf(page).matchAll(/`([\w./{},-]+)`/gu)].map(([, path = '']) => path);
    expect(named.filter(isFile).filter((path) => !isThere(path))).toEqual([]);
  });

  it('the files that comments in src name exist', () => {
    const missing = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        [...readFileSync(join(ROOT, 'src', file), 'utf8').matchAll(/^\s*(?:\/\*\*|\*|\/\/).*?`([\w./-]+)`/gmu)]
          .map(([, path = '']) => path)
          .filter((path) => isFile(path) && !isThere(path) && !existsSync(join(ROOT, 'src', dirname(file), path)))
          .map((path) => `${file}: ${path}`),
      );
    expect(missing).toEqual([]);
  });
});

/** The headings of a page as GitHub links to them. */
const anchorsOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^#+ (.*)$/gmu)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );

const FOLDERS = readdirSync(join(ROOT, 'src'));

/** A path of the repository, or of a part of src: `load/worker/`, `src/cli/main.ts`. */
const isFile = (text: string): boolean => {
  const [first = '', ...rest] = text.split('/');
  if (rest.length === 0) return false;
  return ['src', 'test', 'bench', 'scripts', 'scenarios', 'docs'].includes(first) || FOLDERS.includes(first);
};

const isThere = (path: string): boolean => [path, `src/${path}`].some((candidate) => existsSync(join(ROOT, candidate)));
