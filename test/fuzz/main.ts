import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { FIXED_CERTIFICATE } from './fixed-certificate.ts';
import { playParserCase } from './parser-case.ts';
import { playCase } from './play-case.ts';
import { makeSituations, parserInput } from './situations.ts';
import { Subject } from './subject.ts';

/** The case that is being played, seen by a watchdog on a thread of its own: a hanging loop cannot stop itself. A minute, because on a busy machine a case once took 10 s. */
const watch = (): Int32Array => {
  const current = new Int32Array(new SharedArrayBuffer(4));
  const code = `
    const { writeSync } = require('node:fs');
    const { workerData } = require('node:worker_threads');
    let last = -1;
    setInterval(() => {
      if (workerData[0] === last) {
        // Not by process.stderr, which goes by way of the thread that hangs.
        writeSync(2, 'case ' + last + ' hangs\\n');
        process.kill(process.pid, 'SIGKILL');
      }
      last = workerData[0];
    }, 60000);
  `;
  new Worker(code, { eval: true, workerData: current }).unref();
  return current;
};

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    /** The number of the first one: a long run can be shared out. */
    from: { type: 'string', default: '0' },
    /** One case alone, by its number. */
    case: { type: 'string' },
  },
});
const [cases, seed] = [Number(values.cases), Number(values.seed)];
const subject = new Subject();
const situations = makeSituations(subject, FIXED_CERTIFICATE);
const input = parserInput(subject, situations);
const current = watch();
const results = new Map<string, number>();
let objections = 0;
const start = performance.now();
const first = Number(values.case ?? values.from);
const end = values.case === undefined ? first + cases : first + 1;
for (let i = first; i < end && objections < 20; i++) {
  current[0] = i;
  const { situation, what, result, objection } = playCase(subject, situations, seed * 1_000_003 + i);
  results.set(result, (results.get(result) ?? 0) + 1);
  if (values.case !== undefined) print(`${situation}; ${what}: ${result}`);
  const parsed = playParserCase(input, seed * 1_000_003 + i);
  if (objection !== undefined) print(`case ${String(i)}, ${situation}; ${what}: ${result}. ${objection}`);
  if (parsed !== undefined) print(`case ${String(i)} of the parsers: ${parsed}`);
  objections += objection === undefined && parsed === undefined ? 0 : 1;
}
const seconds = (performance.now() - start) / 1000;
for (const [result, count] of [...results].sort(([, a], [, b]) => b - a)) print(`${String(count).padStart(9)}  ${result}`);
print(`${String(end - first)} cases with seed ${String(seed)} in ${seconds.toFixed(0)} s: ${String(objections)} objections`);
process.exit(objections === 0 ? 0 : 1);
