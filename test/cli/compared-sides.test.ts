import { expect, it } from 'vitest';
import { parseRequest } from '../../src/cli/compared-sides.ts';

const side = (label: string, ...values: string[]) => ({ label, values });

it.each<[string[], ReturnType<typeof parseRequest>]>([
  [['scenarios/a.yaml'], { kind: 'scenario', path: 'scenarios/a.yaml' }],
  [['results/a'], { kind: 'run', path: 'results/a' }],
  [['results/a/run.json'], { kind: 'run', path: 'results/a/run.json' }],
  [['results/a/compare.json'], { kind: 'comparison', path: 'results/a/compare.json' }],
  [['compare-canary.json'], { kind: 'comparison', path: 'compare-canary.json' }],
  [['results/a', 'results/b'], { kind: 'runs', before: side('before', 'results/a'), after: side('after', 'results/b') }],
  [['a:443', '[::1]:8443'], { kind: 'targets', before: side('before', 'a:443'), after: side('after', '[::1]:8443') }],
  [['old=h:1', 'new=h:2'], { kind: 'targets', before: side('old', 'h:1'), after: side('new', 'h:2') }],
  [
    ['before=r/a', 'before=r/b', 'after=r/c,r/d'],
    { kind: 'runs', before: side('before', 'r/a', 'r/b'), after: side('after', 'r/c', 'r/d') },
  ],
  [['a,b', 'c'], { kind: 'runs', before: side('before', 'a', 'b'), after: side('after', 'c') }],
])('reads %j', (args, request) => {
  expect(parseRequest(args)).toEqual(request);
});

it.each([
  [['a', 'b', 'c'], 'takes two sides'],
  [['a:1'], 'takes two sides'],
  [['before=a'], 'takes two sides'],
  [['x=a', 'y=b', 'z=c'], 'takes two sides'],
  [['a:1', 'results/b'], 'one target per side, or stored runs'],
  [['a:1,a:2', 'b:1'], 'one target per side, or stored runs'],
])('refuses %j and shows the forms', (args, message) => {
  expect(() => parseRequest(args)).toThrow(message);
});
