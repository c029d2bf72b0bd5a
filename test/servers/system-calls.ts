import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

/** What depends on the moment and not on the client: waiting, and reading before there is anything. */
const OF_THE_MOMENT = /^(?:epoll_\w+|getpid)\(|EAGAIN/u;

/** Records the system calls that a server's process makes for each connection. */
export interface SystemCalls {
  /**
   * Ends the recording. A call is named with how many bytes it moved, `write:271`; the first read, which brings the ClientHello, is `hello`.
   * What was read later stands last, in one: whether two records come in one read or in two is a matter of the moment.
   */
  end(): Promise<string[]>;
}

/** Attaches strace to the only worker of a server. */
export const recordSystemCalls = async (program: string, master: number, path: string): Promise<SystemCalls> => {
  const children = await readFile(`/proc/${String(master)}/task/${String(master)}/children`, 'utf8');
  const strace = spawn(program, ['-p', children.trim(), '-o', path], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(strace, 'exit');
  await once(strace.stderr, 'data');
  return {
    end: async () => {
      strace.kill('SIGINT');
      await ended;
      return connectionsOf(await readFile(path, 'utf8'));
    },
  };
};

interface Connection {
  readonly calls: string[];
  /** Bytes; before the ClientHello, `undefined`. */
  readLater: number | undefined;
}

const connectionsOf = (text: string): string[] => {
  const connections: Connection[] = [];
  for (const line of text.split('\n')) {
    const [, name = '', result = ''] = /^(\w+)\(.* = (-?\d+)/u.exec(line) ?? [];
    if (name === '' || OF_THE_MOMENT.test(line)) continue;
    if (name === 'accept4') connections.push({ calls: [], readLater: undefined });
    const connection = connections.at(-1);
    if (connection === undefined) continue;
    if (name !== 'read') connection.calls.push(name === 'write' ? `write:${result}` : name);
    else if (connection.readLater !== undefined) connection.readLater += Number(result);
    else {
      connection.calls.push('hello');
      connection.readLater = 0;
    }
  }
  return connections.map(({ calls, readLater = 0 }) => [...calls, `read:${String(readLater)}`].join(' '));
};
