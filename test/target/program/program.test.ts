import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ResumarkError } from '../../../src/domain/error.ts';
import { certificateFiles } from '../../../src/target/certificate-pair.ts';
import { makeCertificate } from '../../../src/target/certificate.ts';
import { accepts } from '../../../src/target/ports.ts';
import { startProgram, type ProgramSettings } from '../../../src/target/program/program.ts';
import { findProgram } from '../../servers/require-program.ts';

/** Where the folders of programs are made while these tests run. */
let place = '';
const ownTmpdir = process.env['TMPDIR'];
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'resumark-test-'));
  process.env['TMPDIR'] = place;
});
afterEach(async () => {
  expect(await readdir(place)).toEqual([]);
});
afterAll(async () => {
  if (ownTmpdir === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = ownTmpdir;
  await rm(place, { recursive: true });
});

const script = (text: string, more: Partial<ProgramSettings> = {}): ProgramSettings => ({
  command: [process.execPath, 'server.js', '{{port}}'],
  files: { 'server.js': text },
  ...more,
});

const LISTENING = "require('node:net').createServer().listen(Number(process.argv[2]), '127.0.0.1');";

const failureOf = async (settings: ProgramSettings): Promise<ResumarkError> => {
  const error: unknown = await startProgram(settings).then(
    (program) => program.close(),
    (reason: unknown) => reason,
  );
  if (error instanceof ResumarkError) return error;
  throw new Error(`it was started, or failed by something else: ${String(error)}`);
};

/** A process that is dead stays as a zombie until its parent, or whoever took it over, has looked at it. */
const isAlive = (pid: number): boolean => {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
  } catch {
    return false;
  }
};

const nginx = findProgram('nginx', 'nginx-light');

describe.skipIf(nginx === undefined)('nginx (Debian: nginx-light)', () => {
  it('is started from a template, answers by its certificate, and is gone when it is closed', async () => {
    const pair = await makeCertificate('ecdsa-p256');
    const program = await startProgram({
      command: ['nginx', '-p', '{{folder}}', '-c', 'nginx.conf'],
      files: { ...certificateFiles(pair), 'nginx.conf': CONFIGURATION },
      values: { answer: 'filled in' },
    });
    const socket = connect({ port: program.port, host: program.address, servername: 'localhost', ca: pair.certificate });
    await once(socket, 'secureConnect');
    socket.write('GET / HTTP/1.0\r\n\r\n');
    let answer = '';
    for await (const piece of socket) answer += String(piece);
    expect(answer).toContain('filled in');
    await program.close();
    expect(await program.exited).toBe('code 0');
    expect(isAlive(program.pid)).toBe(false);
  });

  it('says what nginx says of a configuration that is wrong', async () => {
    const files = { 'nginx.conf': 'daemon off;\nno_such_directive on;' };
    const { code, message } = await failureOf({ command: ['nginx', '-p', '{{folder}}', '-c', 'nginx.conf'], files });
    expect(code).toBe('TARGET');
    expect(message).toMatch(/^nginx ended with code 1 before it served on 127\.0\.0\.1 port \d+\. It printed:\n/u);
    expect(message).toContain('unknown directive "no_such_directive"');
  });
});

const CONFIGURATION = `
daemon off;
worker_processes 1;
pid {{folder}}/nginx.pid;
error_log stderr error;
events { worker_connections 64; }
http {
    access_log off;
    server {
        listen {{address}}:{{port}} ssl;
        ssl_certificate certificate.pem;
        ssl_certificate_key key.pem;
        location / { return 200 "{{answer}}"; }
    }
}
`;

it('says what a program printed that dies at once', async () => {
  const { code, message } = await failureOf(script("console.error('no licence'); process.exit(3);"));
  expect(code).toBe('TARGET');
  expect(message).toMatch(/ended with code 3 before it served on 127\.0\.0\.1 port \d+\. It printed:\nno licence$/u);
});

it('gives up on a program that never opens its port, and ends it', async () => {
  const settings = script("console.log(process.pid, 'at work'); setInterval(() => undefined, 1000);", { startTimeoutMs: 1000 });
  const { message } = await failureOf(settings);
  const [, pid] = /did not serve within 1000 ms on .*It printed:\n(\d+) at work$/su.exec(message) ?? [];
  expect(isAlive(Number(pid))).toBe(false);
});

it('kills a program that does not stop, and its children', async () => {
  const stubborn = `
    const deaf = "process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000); console.log(process.pid);";
    const child = require('node:child_process').spawn(process.execPath, ['-e', deaf], { stdio: ['ignore', 'pipe', 'inherit'] });
    process.on('SIGTERM', () => undefined);
    child.stdout.once('data', (pid) => { process.stdout.write(pid); ${LISTENING} });`;
  const program = await startProgram(script(stubborn, { stopTimeoutMs: 200 }));
  const child = Number(await program.output());
  expect(isAlive(child)).toBe(true);
  await program.close();
  expect(await program.exited).toBe('SIGKILL');
  expect([program.pid, child].filter(isAlive)).toEqual([]);
});

it('kills what a program leaves running when it stops', async () => {
  const careless = `
    const child = require('node:child_process').spawn('sleep', ['60'], { stdio: 'ignore' });
    process.stdout.write(String(child.pid));
    ${LISTENING}`;
  const program = await startProgram(script(careless));
  const child = Number(await program.output());
  expect(isAlive(child)).toBe(true);
  await program.close();
  expect(await program.exited).toBe('SIGTERM');
  expect(isAlive(child)).toBe(false);
});

it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('ends a program with the process that has started it: %s', async (signal) => {
  const starter = `
    const { startProgram } = await import(process.argv[1]);
    const settings = ${JSON.stringify(script(LISTENING))};
    const { pid, folder } = await startProgram(settings);
    console.log(JSON.stringify({ pid, folder }));
    setInterval(() => undefined, 1000);`;
  const module = fileURLToPath(new URL('../../../dist/target/program/program.js', import.meta.url));
  const parent = spawn(process.execPath, ['--input-type=module', '-e', starter, module], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const { pid, folder } = JSON.parse(line.toString()) as { readonly pid: number; readonly folder: string };
  expect(isAlive(pid)).toBe(true);
  parent.kill(signal);
  expect(await once(parent, 'exit')).toEqual([null, signal]);
  await expect.poll(() => isAlive(pid)).toBe(false);
  await expect.poll(() => existsSync(folder)).toBe(false);
});

it('runs what prepares the folder, fills values into all that it is given, and keeps what is printed', async () => {
  const program = await startProgram(
    script(`console.log(require('node:fs').readFileSync('made', 'utf8'), process.env.COLOUR); ${LISTENING}`, {
      prepare: [[process.execPath, '-e', "require('node:fs').writeFileSync('made', process.argv[1])", '{{word}}']],
      environment: { COLOUR: 'all {{word}}' },
      values: { word: 'blue' },
    }),
  );
  expect(await program.output()).toBe('blue all blue\n');
  await program.close();
});

it('finds bytes in its folder as they are', async () => {
  const bytes = Buffer.from('7b7b706f72747d7dff00c328', 'hex');
  const program = await startProgram(
    script('', {
      files: { 'server.js': `console.log(require('node:fs').readFileSync('bytes', 'hex')); ${LISTENING}`, bytes },
    }),
  );
  expect(await program.output()).toBe(`${bytes.toString('hex')}\n`);
  await program.close();
});

it('says what a command printed that was to prepare the folder', async () => {
  const fails = "console.error('no certificate'); process.exit(1)";
  const { code, message } = await failureOf(script(LISTENING, { prepare: [[process.execPath, '-e', fails]] }));
  expect(code).toBe('TARGET');
  expect(message).toContain('no certificate');
});

it('refuses a port that is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { code, message } = await failureOf(script(LISTENING, { port }));
  expect(code).toBe('USAGE');
  expect(message).toContain(`port ${String(port)} of 127.0.0.1 is taken`);
  server.close();
});

it('names a program that is not installed', async () => {
  const { code, message } = await failureOf({ command: ['no-such-server'] });
  expect(code).toBe('USAGE');
  expect(message).toBe('the program no-such-server is not installed.');
});

it('names a value that a template has wrong', async () => {
  const { code, message } = await failureOf({ command: ['nginx'], files: { 'nginx.conf': 'listen {{prot}};' } });
  expect(code).toBe('USAGE');
  expect(message).toBe('nginx.conf has {{prot}}, which has no value. Did you mean "{{port}}"?');
});

it('can be stopped and started again in its folder, on its port, with other files', async () => {
  const serving = `console.log(require('node:fs').readFileSync('word', 'utf8')); ${LISTENING}`;
  const settings = script(serving);
  const program = await startProgram({ ...settings, files: { ...settings.files, word: 'first on {{port}}' } });
  const { pid, port } = program;
  await program.stop();
  expect([isAlive(pid), existsSync(program.folder)]).toEqual([false, true]);
  await program.put({ word: 'then on {{port}}' });
  await program.start();
  expect(program.pid).not.toBe(pid);
  expect(await accepts(program)).toBe(true);
  expect(await program.output()).toBe(`first on ${String(port)}\nthen on ${String(port)}\n`);
  await program.close();
  expect([isAlive(program.pid), existsSync(program.folder)]).toEqual([false, false]);
});
