import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** When packets of one TCP connection passed, in ms since its first one. */
export interface CapturedConnection {
  /** Packets of the client that carry data. */
  readonly clientDataMs: readonly number[];
  /** Packets of the server that carry data. */
  readonly serverDataMs: readonly number[];
  /** From the SYN to the server's answer to it. */
  readonly synAckMs: number | undefined;
}

export interface Capture {
  /** Ends the capture and reads it. @throws when the kernel has dropped packets. */
  end(): Promise<readonly CapturedConnection[]>;
}

/** Whether this process may capture on loopback at all. */
export const mayCapture = async (dumpcap: string): Promise<boolean> => {
  const child = spawn(dumpcap, ['-i', 'lo', '-a', 'duration:0.1', '-w', '/dev/null', '-q'], { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
};

/** Captures what goes over a port of loopback, from when this returns. */
export const startCapture = async (options: {
  readonly dumpcap: string;
  readonly tshark: string;
  readonly port: number;
}): Promise<Capture> => {
  const { dumpcap, tshark, port } = options;
  const folder = await mkdtemp(join(tmpdir(), 'resumark-capture-'));
  const file = join(folder, 'packets');
  // Headers are enough; a buffer of 64 MB loses nothing.
  const args = ['-i', 'lo', '-f', `tcp port ${String(port)}`, '-s', '96', '-B', '64', '-w', file];
  const child = spawn(dumpcap, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  const said = new Said(child.stderr.setEncoding('utf8'));
  // It names its file once the capture is open.
  await said.until(/^File: /mu);
  return {
    end: async () => {
      await untilAtRest(file);
      child.kill('SIGINT');
      await exited;
      const [, dropped] = /received\/dropped on interface '[^']*': \d+\/(\d+)/u.exec(said.text) ?? [];
      if (dropped !== '0') throw new Error(`the capture is not whole: ${said.text}`);
      const fields = ['tcp.stream', 'tcp.dstport', 'frame.time_relative', 'tcp.len', 'tcp.flags.syn'];
      const { stdout } = await promisify(execFile)(
        tshark,
        ['-r', file, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])],
        {
          maxBuffer: 64e6,
        },
      );
      await rm(folder, { recursive: true });
      return connectionsOf(stdout, port);
    },
  };
};

/** What a program has said so far, and a way to wait for more. */
class Said {
  text = '';
  readonly #stream: NodeJS.ReadableStream;

  constructor(stream: NodeJS.ReadableStream) {
    this.#stream = stream;
    stream.on('data', (chunk: string) => (this.text += chunk));
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) await once(this.#stream, 'data');
  }
}

/** The kernel hands packets over in blocks: the last of them comes a while after the packets. */
const untilAtRest = async (file: string): Promise<void> => {
  let before = -1;
  for (let { size } = await stat(file); size !== before; { size } = await stat(file)) {
    before = size;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
};

const connectionsOf = (text: string, port: number): CapturedConnection[] => {
  const connections: { clientDataMs: number[]; serverDataMs: number[]; synMs: number; synAckMs: number | undefined }[] = [];
  for (const line of text.trim().split('\n')) {
    const [stream = '', destination, seconds, length, syn] = line.split('\t');
    const ms = Number(seconds) * 1000;
    const connection = (connections[Number(stream)] ??= { clientDataMs: [], serverDataMs: [], synMs: ms, synAckMs: undefined });
    const isFromClient = Number(destination) === port;
    if (Number(length) > 0) (isFromClient ? connection.clientDataMs : connection.serverDataMs).push(ms);
    // Newer versions print booleans by their names.
    if (!isFromClient && (syn === '1' || syn === 'True')) connection.synAckMs ??= ms - connection.synMs;
  }
  return connections;
};
