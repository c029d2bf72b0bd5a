import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/**
 * The guard: a shell that reads from a pipe of ours. The pipe ends when we do, by whatever cause, kill -9 included: then it kills the
 * group that it was given, and removes the folder. A process that was just killed may still be writing there, hence the second try.
 */
const SCRIPT = `
while read -r line; do
    [ "$line" = released ] && exit
    leader=$line
done
[ -z "$leader" ] || kill -s KILL -- "-$leader"
rm -rf -- "$1" 2>/dev/null || { sleep 1; rm -rf -- "$1"; }
`;

/** Ends a program and removes its folder when this process ends before it could do so itself. */
export class ProcessGuard {
  readonly #shell: ChildProcess;

  /** Starts before there is anything to guard, so that nothing is ever without it. @param folder need not exist yet. */
  static async start(folder: string): Promise<ProcessGuard> {
    // A session of its own: neither a Ctrl-C nor a terminal that hangs up reaches it.
    const shell = spawn('/bin/sh', ['-c', SCRIPT, 'resumark-guard', folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    await once(shell, 'spawn');
    shell.unref();
    return new ProcessGuard(shell);
  }

  private constructor(shell: ChildProcess) {
    this.#shell = shell;
    // A guard that somebody has killed takes no line.
    shell.stdin?.on('error', () => undefined);
  }

  /** Kills the group of this leader, too, if we end. */
  watch(leader: number): void {
    this.#shell.stdin?.write(`${String(leader)}\n`);
  }

  /** Leaves everything as it is, and ends. */
  async release(): Promise<void> {
    const { exitCode, signalCode } = this.#shell;
    if (exitCode !== null || signalCode !== null) return;
    const exited = once(this.#shell, 'exit');
    this.#shell.ref();
    this.#shell.stdin?.end('released\n');
    await exited;
  }
}
