import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findProgram } from '../src/target/program/find-program.ts';
import { endedChildrenCpuNs } from './children-cpu.ts';
import type { Contender, Measure, Sample } from './contender.ts';

/** A tool of the machine. What it did is counted by the server's log, since none of them tells. */
interface Tool {
  readonly name: string;
  readonly program: string;
  readonly remark: string;
  /** Whether it speaks HTTP and so needs a port that does. */
  readonly isHttp: boolean;
  /** `undefined` where it cannot be asked for such handshakes. */
  readonly args: (order: Measure) => readonly string[] | undefined;
}

const S_TIME_VERSIONS = { 'TLSv1.2': '-tls1_2', 'TLSv1.3': '-tls1_3' } as const;
const AB_VERSIONS = { 'TLSv1.2': 'TLS1.2', 'TLSv1.3': 'TLS1.3' } as const;

const sTime = ({ what, server, seconds }: Measure): string[] => [
  's_time',
  '-connect',
  `127.0.0.1:${String(server.port)}`,
  what.mode === 'full' ? '-new' : '-reuse',
  S_TIME_VERSIONS[what.protocol],
  '-time',
  String(seconds),
];

const url = ({ what, server }: Measure): string => `https://127.0.0.1:${String(server.httpPort(what.protocol))}/`;

const TOOLS: readonly Tool[] = [
  {
    name: 's_time',
    program: 'openssl',
    remark: 'one connection at a time, nothing verified',
    isHttp: false,
    args: sTime,
  },
  {
    name: 's_time, verifying',
    program: 'openssl',
    remark: 'one connection at a time',
    isHttp: false,
    args: (order) => [...sTime(order), '-verify', '1', '-CAfile', order.server.certificatePath],
  },
  {
    name: 'wrk',
    program: 'wrk',
    remark: 'with an HTTP request, nothing verified; resumes unasked',
    isHttp: true,
    args: (order) => [
      '-t1',
      `-c${String(order.concurrency)}`,
      `-d${String(order.seconds)}s`,
      '-H',
      'Connection: close',
      url(order),
    ],
  },
  {
    name: 'hey',
    program: 'hey',
    remark: 'with an HTTP request, nothing verified',
    isHttp: true,
    args: (order) =>
      order.what.mode === 'full'
        ? ['-z', `${String(order.seconds)}s`, '-c', String(order.concurrency), '-disable-keepalive', url(order)]
        : undefined,
  },
  {
    name: 'ab',
    program: 'ab',
    remark: 'with an HTTP request, nothing verified',
    isHttp: true,
    args: (order) =>
      order.what.mode === 'full'
        ? [
            '-q',
            '-t',
            String(order.seconds),
            '-n',
            '10000000',
            '-c',
            String(order.concurrency),
            '-f',
            AB_VERSIONS[order.what.protocol],
            url(order),
          ]
        : undefined,
  },
  {
    name: 'h2load',
    program: 'h2load',
    remark: 'with an HTTP request, nothing verified; 500 connections/s',
    isHttp: true,
    args: (order) => {
      const connections = String(order.seconds * 500);
      return order.what.mode === 'full' ? ['--h1', '-n', connections, '-c', connections, '-r', '500', url(order)] : undefined;
    },
  },
];

/** The tools that this machine has. */
export const installedTools = (): Contender[] =>
  TOOLS.flatMap((tool) => {
    const program = findProgram(tool.program);
    return program === undefined ? [] : [contenderOf(tool, program)];
  });

const contenderOf = (tool: Tool, program: string): Contender => ({
  name: tool.name,
  remark: tool.remark,
  // No tool can leave the ticket extension out.
  takes: (what, server) =>
    what.mode !== 'session-id' &&
    (!tool.isHttp || server.httpPort(what.protocol) !== undefined) &&
    tool.args({ what, server, seconds: 1, concurrency: 1 }) !== undefined,
  measure: (order) => measureTool(program, tool.args(order) ?? [], order),
});

const measureTool = async (program: string, args: readonly string[], { server }: Measure): Promise<Sample> => {
  await server.takeCounts();
  const serverBefore = server.cpuNs();
  const clientBefore = endedChildrenCpuNs();
  const startMs = performance.now();
  const child = spawn(program, args, { stdio: 'ignore' });
  await once(child, 'exit');
  const seconds = (performance.now() - startMs) / 1e3;
  const clientCpuNs = endedChildrenCpuNs() - clientBefore;
  const serverCpuNs = server.cpuNs() - serverBefore;
  return { ...(await server.takeCounts()), clientCpuNs, threadCpuNs: undefined, serverCpuNs, seconds };
};
