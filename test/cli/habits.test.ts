import { expect, it } from 'vitest';
import { withHabits } from '../../src/cli/habits.ts';
import { showsColour } from '../../src/cli/terminal.ts';

it.each([
  [['help'], ['--help']],
  [
    ['help', 'run'],
    ['run', '--help'],
  ],
  [
    ['127.0.0.1:8443', '-k'],
    ['run', '127.0.0.1:8443', '-k'],
  ],
  [['https://edge.test/'], ['run', 'https://edge.test/']],
  [['scenarios/smoke.yaml'], ['run', 'scenarios/smoke.yaml']],
  [
    ['serve', '8443', '--work', '1ms'],
    ['serve', '--port', '8443', '--work', '1ms'],
  ],
  [
    ['run', 'edge:1', '--json', '--sni', 'a.test', '--ca=ca.pem'],
    ['run', 'edge:1', '--format', 'json', '--servername', 'a.test', '--cacert=ca.pem'],
  ],
  [
    ['run', 'edge:1', '-m', 'full,tickets,0rtt'],
    ['run', 'edge:1', '-m', 'full,ticket,early-data'],
  ],
  [
    ['run', 'edge:1', '--mode=tickets,full', '-k'],
    ['run', 'edge:1', '--mode', 'ticket,full', '-k'],
  ],
  [
    ['run', 'edge:1', '-m0rtt'],
    ['run', 'edge:1', '--mode', 'early-data'],
  ],
  [['-v'], ['--version']],
  [['measure'], ['measure']],
  [
    ['report', 'results/a'],
    ['report', 'results/a'],
  ],
])('reads %j as %j', (args, meant) => {
  expect(withHabits(args, ['run', 'report', 'serve'])).toEqual(meant);
});

it.each([
  [{}, true, true],
  [{}, false, false],
  [{ TERM: 'dumb' }, true, false],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
])('with %j and a terminal %s it shows colour: %s', (environment, isTerminal, shows) => {
  expect(showsColour(environment, isTerminal)).toBe(shows);
});
