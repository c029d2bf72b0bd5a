import { Bench } from 'tinybench';
import { judge } from '../src/domain/judgement.ts';
import type { Evidence } from '../src/domain/kind.ts';
import { LatencyHistogram } from '../src/stats/histogram.ts';
import { HelloReader } from '../src/tls/hello.ts';

/**
 * What the generator itself does per handshake, beside the handshake: it must stay far below what it measures.
 *
 * Run with `npm run bench:hot-paths`.
 */
const hellos = {
  client: Buffer.concat([Buffer.from('16030100370100003303', 'hex'), Buffer.alloc(50, 1)]),
  server: Buffer.concat([Buffer.from('16030300300200002c0303', 'hex'), Buffer.alloc(42, 2), Buffer.from('140303000101', 'hex')]),
};

const evidence: Evidence = { protocol: 'TLSv1.3', resumed: true, offered: 'psk', earlyData: 'none', hello: undefined };

const histogram = new LatencyHistogram();
const reader = new HelloReader();
let duration = 0;

const bench = new Bench({ name: 'hot paths, per handshake', time: 300 });
bench
  .add('record a duration', () => {
    duration = (duration + 7919) % 5_000_000;
    histogram.record(duration);
  })
  .add('read both hellos', () => {
    reader.reset();
    reader.fromClient(hellos.client);
    reader.fromServer(hellos.server);
  })
  .add('judge', () => {
    judge({ mode: 'ticket', protocol: 'TLSv1.3', expired: false }, evidence);
  });

await bench.run();
for (const task of bench.tasks) {
  const { result } = task;
  if (result.state !== 'completed') throw new Error(`${task.name} did not complete: ${result.state}`);
  const nanoseconds = (ms: number): string => (ms * 1e6).toFixed(0);
  process.stdout.write(
    `${task.name}: p50 ${nanoseconds(result.latency.p50)} ns, p99 ${nanoseconds(result.latency.p99)} ns (±${result.latency.rme.toFixed(1)} %)\n`,
  );
}
