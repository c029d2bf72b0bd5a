import { once } from 'node:events';
import { connect } from 'node:net';

/** What a Redis server has used so far, by its own account. */
export interface RedisUsage {
  readonly atMs: number;
  readonly cpuMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly commands: number;
  readonly connections: number;
  readonly peakMemory: number;
}

export const redisUsage = async (socket: string): Promise<RedisUsage> => {
  const text = await ask(socket, 'INFO everything');
  const value = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'mu').exec(text)?.[1]);
  return {
    atMs: performance.now(),
    cpuMs: (value('used_cpu_user') + value('used_cpu_sys')) * 1000,
    bytesIn: value('total_net_input_bytes'),
    bytesOut: value('total_net_output_bytes'),
    commands: value('total_commands_processed'),
    connections: value('connected_clients'),
    peakMemory: value('used_memory_peak'),
  };
};

/** One inline command, over a connection of its own. */
const ask = async (path: string, command: string): Promise<string> => {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    socket.end(`${command}\r\nQUIT\r\n`);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text;
  } finally {
    socket.destroy();
  }
};
