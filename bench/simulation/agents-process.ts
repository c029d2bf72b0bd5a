import { readFileSync } from 'node:fs';
import { brokerAddress } from '../../src/distributed/broker/address.ts';
import { decodeMeasured } from '../../src/distributed/protocol/tasks.ts';
import { SimulatedAgent } from './simulated-agent.ts';
import { TaskMarks } from './task-marks.ts';

/** A process with many simulated agents. It ends with the bench. */
export interface AgentsOrder {
  readonly socket: string;
  /** Where the recorded answer is. */
  readonly file: string;
  /** Number of its first agent. */
  readonly first: number;
  readonly count: number;
}

const { socket, file, first, count } = JSON.parse(process.argv[2] ?? '') as AgentsOrder;

process.on('disconnect', () => {
  process.exit();
});
const marks = new TaskMarks();
process.on('message', () => process.send?.(marks.all));

const recording = decodeMeasured(JSON.parse(readFileSync(file, 'utf8')));
const address = await brokerAddress(`unix:${socket}`, { environment: {} });
for (let number = first; number < first + count; number++)
  await SimulatedAgent.start({ address, name: `simulated-${String(number)}`, recording, marks });
process.send?.('ready');
