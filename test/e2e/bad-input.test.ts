import { spawnSync } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/target/ports.ts';
import { BIN, Resumark } from './resumark.ts';

let resumark: Resumark;
let folder: string;
beforeAll(async () => {
  resumark = await Resumark.create();
  folder = await mkdtemp(join(tmpdir(), 'resumark-scenarios-'));
});
afterAll(() => resumark.close());

const scenario = async (text: string): Promise<string> => {
  const path = join(folder, `scenario-${String(Math.floor(performance.now() * 1e3))}.yaml`);
  await writeFile(path, text);
  return path;
};

describe('bad input exits 2 with one clear line, before anything is measured', () => {
  const refuses = async (args: readonly string[], line: RegExp): Promise<void> => {
    const { code, stdout, stderr } = await resumark.run(...args, '--output', resumark.results);
    expect(stderr.split('\n')[0]).toMatch(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(await resumark.folders()).toEqual([]);
  };

  it('an unknown scenario key, with the nearest and the known ones', async () => {
    const path = await scenario('states: { a: { server: {} } }\nload: { concurency: 4 }\n');
    await refuses(['run', path], /unknown key "concurency" in load\. Did you mean "concurrency"\? Known keys: .*concurrency/u);
  });

  it('a flag that is no number', async () => {
    await refuses(
      ['run', '127.0.0.1:1', '--concurrency', 'abc'],
      /^error: --concurrency must be a whole number of at least 1 .*but it is "abc"\.$/u,
    );
  });

  it('a rate that is no number', async () => {
    await refuses(['run', '127.0.0.1:1', '--rate', 'abc'], /--rate|rate/u);
  });

  it('a duration without a unit', async () => {
    await refuses(['run', '127.0.0.1:1', '-d', '30'], /^error: --duration must be a duration with a unit, .*but it is "30"\.$/u);
  });

  it('a mode that does not exist, with the list of those that do', async () => {
    await refuses(
      ['run', '127.0.0.1:1', '-m', 'full,renewal'],
      /^error: --mode must be one of full, session-id, ticket, early-data, but it is "renewal"\.$/u,
    );
  });

  it('a protocol that does not exist', async () => {
    await refuses(
      ['run', '127.0.0.1:1', '--tls', '1.1'],
      /^error: --tls must be one of TLSv1\.2, TLSv1\.3, but it is "1\.1"\.$/u,
    );
  });

  it.each(['127.0.0.1:70000', '127.0.0.1:0', '127.0.0.1:https'])('the port of %s', async (target) => {
    await refuses(['run', target], /^error: the port of target ".*" must be a number from 1 to 65535, but it is ".*"\.$/u);
  });

  it('a file that is not there', async () => {
    await refuses(['run', join(folder, 'missing.yaml')], /^error: there is no scenario file .*missing\.yaml\.$/u);
  });

  it('a scenario that is a directory', async () => {
    await refuses(['run', `${folder}/`], /^error: .* is a directory, not a scenario file\.$/u);
    // By its name alone, where it could be a host's as well: from the folder that the tests run in.
    await refuses(['run', 'scenarios'], /^error: scenarios is a directory, not a scenario file\.$/u);
  });

  it('a scenario that is not YAML', async () => {
    await refuses(['run', await scenario('states: [\n')], /is not YAML/u);
  });

  it('a state with both a target and a server', async () => {
    const path = await scenario('states: { a: { target: "localhost:1", server: {} } }\n');
    await refuses(['run', path], /states\.a must have one of target .*, server and command/u);
  });

  it('a flag without its value', async () => {
    await refuses(['run', '127.0.0.1:1', '--rate'], /^error: the flag rate must have a value\.$/u);
  });

  it('an unknown flag and an unknown command', async () => {
    await refuses(['run', '127.0.0.1:1', '--concurency', '4'], /^error: unknown argument: concurency\.$/u);
    const { stderr } = await resumark.run('run', '127.0.0.1:1', '--concurency', '4');
    expect(stderr).toContain('Did you mean --concurrency?');
    await refuses(['measure'], /measure/u);
  });

  it('flags of other tools that mean several things, with what to use instead', async () => {
    const { code, stderr } = await resumark.run('run', '127.0.0.1:1', '-v');
    expect(stderr).toMatch(/unknown argument: v\.\nFor the version use -V or --version\. Progress and warnings/u);
    expect(code).toBe(2);
  });

  it('the name of a scenario that could be that of a host', async () => {
    const { code, stderr } = await resumark.run('run', 'smoke');
    expect(stderr).toContain('For the scenario write scenarios/smoke.yaml, for the host smoke:443.');
    expect(code).toBe(2);
  });

  it('a public address that nobody has said may be loaded', async () => {
    await refuses(
      ['run', '192.0.2.1:443'],
      /^error: the target 192\.0\.2\.1:443 has the public address 192\.0\.2\.1, which resumark does not load by default\.$/u,
    );
  });

  it.each([
    [['--coordinator', 'redis://127.0.0.1:1'], '--coordinator is given without --agents.'],
    [['--ready-timeout', '5s'], '--ready-timeout is given without --agents.'],
    [['--agents', '2', '--redis-user', 'load'], '--redis-user is given without --coordinator.'],
    [['--agents', '2', '--redis-password-file', 'password'], '--redis-password-file is given without --coordinator.'],
    [['--agents', 'many'], '--agents many is no whole number from 1 to 10000.'],
    [['--agents', '9999'], '--agents 9999 without --coordinator would start 9999 processes on this machine of '],
  ])('agents that are not to be had: %j', async (flags, message) => {
    const { code, stdout, stderr } = await resumark.run('run', '127.0.0.1:1', '-k', ...flags);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`error: ${message}`);
  });

  it('a mode that the engine cannot perform', async () => {
    await refuses(
      ['run', '127.0.0.1:1', '--engine', 'node', '-m', 'early-data', '--tls', '1.3'],
      /early-data cannot be run by engine node/u,
    );
  });

  it('a format that does not exist', async () => {
    await refuses(['run', '127.0.0.1:1', '--format', 'pdf'], /^error: --format must be one of table, .*but it is "pdf"\.$/u);
  });

  it('a run folder that is not there', async () => {
    const { code, stderr } = await resumark.run('report', join(folder, 'nothing'));
    expect(stderr).toMatch(/^error: there is no run folder .*nothing\.$/mu);
    expect(code).toBe(2);
  });
});

describe('a limit on file descriptors exits 2 with one clear line', () => {
  const limited = (files: number): { readonly code: number | null; readonly stderr: string } => {
    const command = `ulimit -n ${String(files)} && exec "$0" "$@"`;
    const { status, stderr } = spawnSync('sh', ['-c', command, process.execPath, BIN, 'run', '127.0.0.1:1'], {
      encoding: 'utf8',
    });
    return { code: status, stderr };
  };

  it('that is too low to load the program', () => {
    expect(limited(40)).toEqual({
      code: 2,
      stderr: 'error: resumark cannot be loaded: too many open files.\nRaise the limit with ulimit -n 1024.\n',
    });
  });

  it('that is too low to carry the load', () => {
    const { code, stderr } = limited(190);
    expect(stderr).toMatch(
      /^error: --concurrency 16 needs about 232 file descriptors, but the limit is 190\.\nRaise it with ulimit -n/u,
    );
    expect(code).toBe(2);
  });
});

it('a target that refuses connections ends with exit 4 at once, not after the duration', async () => {
  const startMs = performance.now();
  const { code, stderr } = await resumark.run('run', `127.0.0.1:${String(await freePort())}`, '-d', '60s');
  expect(code).toBe(4);
  expect(stderr).toMatch(/^error: target \(127\.0\.0\.1:\d+\): no TLS 1\.2 handshake: the connection was refused\.$/mu);
  expect(performance.now() - startMs).toBeLessThan(20_000);
});
