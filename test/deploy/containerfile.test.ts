import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DockerfileParser, type Copy, type Instruction } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../docs/documents.ts';

const TEXT = readFileSync(join(ROOT, 'deploy/Containerfile'), 'utf8');
const FILE = DockerfileParser.parse(TEXT);

/** The instructions of each stage: what stands before the first FROM is of none. */
const stages = (): readonly Instruction[][] => {
  const all: Instruction[][] = [];
  for (const instruction of FILE.getInstructions()) {
    if (instruction.getKeyword() === 'FROM') all.push([]);
    all.at(-1)?.push(instruction);
  }
  return all;
};

const [build = [], image = []] = stages();

const argumentsOf = (stage: readonly Instruction[], keyword: string): (string | null)[] =>
  stage.filter((one) => one.getKeyword() === keyword).map((one) => one.getArgumentsContent());

describe('deploy/Containerfile', () => {
  it('has nothing that a linter of such files objects to', () => {
    expect(validate(TEXT).map(({ message, range }) => `${String(range.start.line + 1)}: ${message}`)).toEqual([]);
  });

  it('finds a mistake, were there one', () => {
    expect(validate(TEXT.replace('WORKDIR /build', 'WORKDIRS /build'))).not.toEqual([]);
  });

  it('builds in one stage and runs in another, which has what running needs', () => {
    expect(stages()).toHaveLength(2);
    expect(argumentsOf(image, 'COPY')).toEqual([
      '/build/package.json ./',
      '/build/node_modules ./node_modules',
      '/build/dist ./dist',
    ]);
    const copies = image.filter((one): one is Copy => one.getKeyword() === 'COPY');
    expect(copies.map((one) => one.getFromFlag()?.getValue())).toEqual(['build', 'build', 'build']);
  });

  it('needs no shell to run', () => {
    expect(argumentsOf(image, 'RUN')).toEqual([]);
    // What is not written as JSON is run by a shell.
    expect(JSON.parse(argumentsOf(image, 'ENTRYPOINT').join(''))).toEqual(['/nodejs/bin/node', '/opt/resumark/dist/bin.js']);
    expect(JSON.parse(argumentsOf(image, 'CMD').join(''))).toEqual(['--help']);
  });

  it('runs as a user that is not root, by number', () => {
    expect(argumentsOf(image, 'USER')).toEqual(['65532:65532']);
  });

  it('copies files that a checkout has', () => {
    const copied = build
      .filter((one): one is Copy => one.getKeyword() === 'COPY')
      .flatMap((one) =>
        one
          .getArguments()
          .map((argument) => argument.getValue())
          .slice(0, -1),
      );
    expect(copied).toContain('src');
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('installs the locked versions, runs no install script, and leaves koffi where it is', () => {
    const runs = argumentsOf(build, 'RUN').join('\n');
    expect(runs).toMatch(/npm ci .*--ignore-scripts/u);
    expect(runs).toMatch(/npm prune --omit=dev --ignore-scripts$/mu);
    expect(runs).not.toMatch(/omit=optional|npm install/u);
  });
});
