import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { BIN } from '../e2e/resumark.ts';

/** `resumark agent` as a user starts it. */
export class AgentProcess {
  readonly name: string;
  readonly pid: number;
  readonly #child: ChildProcess;
  #text = '';

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.pid = child.pid ?? 0;
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (this.#text += chunk));
  }

  /** Starts an agent and waits until it waits. */
  static async start(
    name: string,
    url: string,
    { bin = BIN, flags = ['--workers', '1'] }: AgentSettings = {},
  ): Promise<AgentProcess> {
    const child = spawn(process.execPath, [bin, 'agent', '--coordinator', url, '--name', name, ...flags], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const agent = new AgentProcess(name, child);
    await agent.says('waits at');
    return agent;
  }

  /** Waits until it has printed this. */
  async says(text: string): Promise<void> {
    while (!this.#text.includes(text)) {
      if (this.#child.exitCode !== null) throw new Error(`${this.name} ended: ${this.#text}`);
      await once(this.#child.stderr ?? this.#child, 'data');
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends it, even where it is stopped. @returns its exit code; null when it had to be killed. */
  async close(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#child.exitCode;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
    return this.#child.exitCode;
  }
}

interface AgentSettings {
  /** Its program: another one where a test needs one of another version. */
  readonly bin?: string;
  readonly flags?: readonly string[];
}
