import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/target/ports.ts';
import { findProgram } from '../servers/require-program.ts';

export const redisServer = findProgram('redis-server', 'redis-server');

/** A Redis server of a test, on a loopback port. It can be killed, and started again on what it has kept. */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #keeps: boolean;
  #child: ChildProcess | undefined;

  private constructor(port: number, folder: string, keeps: boolean) {
    this.port = port;
    this.#folder = folder;
    this.#keeps = keeps;
  }

  /** @param keeps every write on disk, so that nothing is lost when it is killed. */
  static async start({ keeps = false }: { readonly keeps?: boolean } = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), 'resumark-redis-test-')), keeps);
    await server.startAgain();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${String(this.port)}`;
  }

  async startAgain(): Promise<void> {
    const keeping = this.#keeps ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
    const args = ['--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.#folder, '--save', '', ...keeping];
    this.#child = spawn(redisServer ?? 'redis-server', args, { stdio: 'ignore' });
    while ((await this.ask('PING').catch(() => '')) !== '+PONG') await sleep(20);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    this.#child = undefined;
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true });
  }

  /** Every key, and the seconds after which it goes by itself: -1 for one that stays. */
  async keys(pattern: string): Promise<ReadonlyMap<string, number>> {
    const names = (await this.ask(`KEYS ${pattern}`)).split('\r\n').filter((line) => line.includes(':') && !/^[*$:]/u.test(line));
    const lives = await Promise.all(names.map(async (name) => [name, Number((await this.ask(`TTL ${name}`)).slice(1))] as const));
    return new Map(lives);
  }

  /** One inline command over a connection of its own: an account that does not depend on the client that is tested. */
  async ask(command: string): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      socket.end(`${command}\r\nQUIT\r\n`);
      let text = '';
      for await (const chunk of socket) text += String(chunk);
      return text.replace(/\+OK\r\n$/u, '').trimEnd();
    } finally {
      socket.destroy();
    }
  }
}
