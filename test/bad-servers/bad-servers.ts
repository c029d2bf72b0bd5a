import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Protocol } from '../../src/domain/protocol.ts';
import type { Account } from './server-side.ts';
import type { Answer, Request } from './server.ts';

export interface BadServer {
  readonly port: number;
  /** PEM; its own authority. */
  readonly certificate: string;
  /** Ends it. @returns its account of each connection, in the order in which they came. */
  end(): Promise<readonly Account[]>;
}

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/**
 * A process that can be any bad server: the engines hold up the thread that they run on, so it must
 * be another.
 */
export class BadServers {
  readonly #child: ChildProcess = fork(pathOf('./server.ts'), {
    execArgv: ['--no-warnings', '--import', new URL('./typescript.mjs', import.meta.url).href],
  });

  async serve(kind: string, protocol: Protocol): Promise<BadServer> {
    const answer = await this.#ask({ serve: kind, protocol });
    if (!('port' in answer)) throw new Error(`no ${kind}: ${JSON.stringify(answer)}`);
    return { ...answer, end: () => this.#end(answer.port) };
  }

  async close(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }

  async #end(port: number): Promise<readonly Account[]> {
    const answer = await this.#ask({ end: port });
    return 'accounts' in answer ? answer.accounts : [];
  }

  async #ask(request: Request): Promise<Answer> {
    this.#child.send(request);
    const [answer] = (await once(this.#child, 'message')) as [Answer];
    return answer;
  }
}
