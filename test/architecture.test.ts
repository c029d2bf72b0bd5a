import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** Layers from the top. Imports go down only, type imports too; parts of one layer do not know each other. */
const LAYERS: readonly (readonly string[])[] = [
  ['bin.ts'],
  ['cli', 'index.ts'],
  ['run'],
  ['distributed'],
  ['load', 'target', 'probe'],
  ['engine', 'cpu'],
  ['report'],
  ['analysis'],
  ['scenario'],
  ['tls'],
  ['domain'],
  ['stats'],
];

/** Below this line there is no I/O, no clock and no randomness. */
const PURE = ['report', 'analysis', 'scenario', 'tls', 'domain', 'stats'];

/** The one place that may import a package: replacing it touches no more than that. */
const IMPORTERS: Readonly<Record<string, string>> = {
  '@peculiar/asn1-ocsp': 'tls/ocsp/response.ts',
  '@peculiar/asn1-schema': 'tls/ocsp/response.ts',
  '@peculiar/x509': 'target/certificate.ts',
  bullmq: 'distributed/broker/',
  'csv-stringify': 'report/csv.ts',
  tinybench: 'load/worker/sequential.ts',
  'hdr-histogram-js': 'stats/histogram.ts',
  ioredis: 'distributed/broker/',
  koffi: 'engine/ffi.ts',
  'reflect-metadata': 'target/certificate.ts',
  yaml: 'run/files/scenario-text.ts',
  yargs: 'cli/',
  zod: 'domain/zod.ts',
};

/** Pure parts of node: they neither read nor write anything. */
const PURE_BUILTINS = ['util', 'zlib'];

/** Pure functions of parts that have others too: these alone may be imported. A decipher is given its key and its IV. */
const PURE_NAMES: Readonly<Record<string, readonly string[]>> = {
  crypto: ['createDecipheriv', 'createHash', 'createPublicKey', 'verify', 'KeyObject', 'X509Certificate'],
};

const MOST_LINES = 300;

interface Source {
  readonly file: string;
  readonly text: string;
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const importsOf = ({ file, text }: Source): string[] =>
  ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith('.') ? posix.normalize(posix.join(posix.dirname(file), fileName)) : fileName,
    );

const partOf = (file: string): string => file.split('/')[0] ?? file;

const rankOf = (file: string): number => LAYERS.findIndex((layer) => layer.includes(partOf(file)));

/** Everything that is wrong with the imports of a set of sources, a sentence each. */
const violations = (sources: readonly Source[]): string[] => {
  const files = new Set(sources.map(({ file }) => file));
  return [
    ...sources.flatMap((source) => importsOf(source).flatMap((imported) => violationsOf(source.file, imported, files))),
    ...cycles(sources),
    ...sources.flatMap(impurities),
  ];
};

const violationsOf = (file: string, imported: string, files: ReadonlySet<string>): string[] => {
  if (files.has(imported)) {
    const [from, to] = [rankOf(file), rankOf(imported)];
    if (from === -1 || to === -1) return [`${file} imports ${imported}: one of them is in no layer`];
    if (to < from) return [`${file} imports ${imported}: imports go down only`];
    return to === from && partOf(file) !== partOf(imported)
      ? [`${file} imports ${imported}: parts of one layer do not know each other`]
      : [];
  }
  const name = packageOf(imported.replace(/^node:/u, ''));
  if (imported.startsWith('node:') || builtinModules.includes(name)) {
    return PURE.includes(partOf(file)) && !PURE_BUILTINS.includes(name) && !(name in PURE_NAMES)
      ? [`${file} imports ${imported}: a pure layer does no I/O`]
      : [];
  }
  const importer = IMPORTERS[name];
  if (importer === undefined) return [`${file} imports ${name}: no file is named as its one importer`];
  return file.startsWith(importer) ? [] : [`${file} imports ${name}: only ${importer} may`];
};

const impurities = ({ file, text }: Source): string[] => {
  if (!PURE.includes(partOf(file))) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  return [...impureNames(source), ...impureImports(source)].map(
    (name) => `${file} uses ${name}: a pure layer has no clock, no randomness and no output`,
  );
};

/** Names that are imported out of a part of node whose other functions are pure. */
const impureImports = (source: ts.SourceFile): string[] =>
  source.statements.filter(ts.isImportDeclaration).flatMap(({ moduleSpecifier, importClause }) => {
    const part = (moduleSpecifier as ts.StringLiteral).text.replace(/^node:/u, '');
    const pure = PURE_NAMES[part];
    if (pure === undefined) return [];
    const named = importClause?.namedBindings;
    if (named === undefined || !ts.isNamedImports(named)) return [`the whole of node:${part}`];
    return named.elements.map(({ propertyName, name }) => (propertyName ?? name).text).filter((name) => !pure.includes(name));
  });

const IMPURE = [
  'performance',
  'process',
  'crypto',
  'console',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'globalThis',
];

const impureNames = (node: ts.Node): string[] => {
  const here: string[] = [];
  if (ts.isIdentifier(node) && IMPURE.includes(node.text) && !ts.isPropertyAccessExpression(node.parent)) here.push(node.text);
  if (ts.isPropertyAccessExpression(node)) {
    const name = node.getText();
    if (['Math.random', 'Date.now'].includes(name) || IMPURE.includes(node.expression.getText())) here.push(name);
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0)
    here.push('new Date()');
  return [...here, ...node.getChildren().flatMap(impureNames)];
};

const cycles = (sources: readonly Source[]): string[] => {
  const graph = new Map(sources.map((source) => [source.file, importsOf(source)]));
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [`a cycle of imports: ${[...path.slice(path.indexOf(file)), file].join(' > ')}`];
    if (done.has(file)) return [];
    const found = (graph.get(file) ?? []).flatMap((next) => (graph.has(next) ? visit(next, [...path, file]) : []));
    done.add(file);
    return found;
  };
  return sources.flatMap(({ file }) => visit(file, []));
};

const ROOT = join(import.meta.dirname, '..', 'src');

const BENCH = join(import.meta.dirname, '..', 'bench');

const sources: Source[] = readdirSync(ROOT, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => ({ file: relative(ROOT, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') }));

describe('the source tree', () => {
  it('imports downwards, without cycles, each package in one place, and keeps its pure layers pure', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(violations(sources)).toEqual([]);
  });

  it('has no drawer for what has no name, and no long file', () => {
    for (const { file, text } of sources) {
      expect(file).not.toMatch(/(?:^|\/)(?:utils?|helpers?|misc|types|common)\.ts$/u);
      expect(`${file}: ${String(text.split('\n').length > MOST_LINES)}`).toBe(`${file}: false`);
    }
  });

  it('uses every package that it depends on', () => {
    const { dependencies, optionalDependencies = {} } = JSON.parse(readFileSync(join(dirname(ROOT), 'package.json'), 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
      readonly optionalDependencies?: Readonly<Record<string, string>>;
    };
    const files = readdirSync(BENCH, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const bench = files.map((file) => ({ file, text: readFileSync(join(BENCH, file), 'utf8') }));
    const used = new Set([...sources, ...bench].flatMap((source) => importsOf(source).map(packageOf)));
    const names = [...Object.keys(dependencies), ...Object.keys(optionalDependencies)];
    expect(names.filter((name) => !used.has(name))).toEqual([]);
  });
});

describe('the check itself', () => {
  it.each<[string, Source[], RegExp]>([
    [
      'an import that goes up',
      [
        { file: 'domain/a.ts', text: "import '../run/b.ts'" },
        { file: 'run/b.ts', text: '' },
      ],
      /imports go down only/u,
    ],
    [
      'a type import that goes up',
      [
        { file: 'domain/a.ts', text: "import type { B } from '../run/b.ts'" },
        { file: 'run/b.ts', text: '' },
      ],
      /imports go down only/u,
    ],
    [
      'an import of a sibling',
      [
        { file: 'load/a.ts', text: "import '../target/b.ts'" },
        { file: 'target/b.ts', text: '' },
      ],
      /do not know each other/u,
    ],
    [
      'a cycle',
      [
        { file: 'run/a.ts', text: "import './b.ts'" },
        { file: 'run/b.ts', text: "import './a.ts'" },
      ],
      /a cycle of imports: run\/a\.ts > run\/b\.ts > run\/a\.ts/u,
    ],
    ['I/O in a pure layer', [{ file: 'report/a.ts', text: "import 'node:fs'" }], /does no I\/O/u],
    [
      'randomness of node in a pure layer',
      [{ file: 'tls/a.ts', text: "import { randomBytes } from 'node:crypto'" }],
      /uses randomBytes/u,
    ],
    ['all of node:crypto in a pure layer', [{ file: 'tls/a.ts', text: "import * as all from 'node:crypto'" }], /the whole of/u],
    ['a clock in a pure layer', [{ file: 'stats/a.ts', text: 'Date.now()' }], /no clock/u],
    ['randomness in a pure layer', [{ file: 'stats/a.ts', text: 'const x = Math.random()' }], /uses Math\.random/u],
    ['the time of day in a pure layer', [{ file: 'report/a.ts', text: 'const x = new Date( )' }], /uses new Date/u],
    ['a package in a second place', [{ file: 'run/a.ts', text: "import { z } from 'zod'" }], /only domain\/zod\.ts may/u],
    ['a package that nobody was named for', [{ file: 'run/a.ts', text: "import 'lodash'" }], /no file is named/u],
    [
      'a re-export that goes up',
      [
        { file: 'tls/a.ts', text: "export { b } from '../run/b.ts'" },
        { file: 'run/b.ts', text: '' },
      ],
      /imports go down only/u,
    ],
  ])('finds %s', (_what, fake, complaint) => {
    expect(violations(fake).join('\n')).toMatch(complaint);
  });
});
