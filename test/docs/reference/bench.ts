import { readFileSync } from 'node:fs';
import { code, table } from './markdown.ts';

const BENCH = new URL('../../../results/reference/bench.md', import.meta.url);

const CASES = ['TLS 1.2 full', 'TLS 1.2 ticket', 'TLS 1.3 full', 'TLS 1.3 ticket'];

const CLIENTS = ['wire', 'openssl', 'node', 's_time', 'wrk', 'hey', 'ab', 'h2load'];

/** Client CPU per handshake of every engine and tool, as the latest run of the bench found it. */
export const clientCpu = (): string => {
  const rowsOf = new Map(CASES.map((name) => [name, benchRows(name)]));
  return table(
    ['client', ...CASES],
    CLIENTS.map((client, i) => [
      i < 3 ? `engine ${code(client)}` : code(client === 's_time' ? 'openssl s_time' : client),
      ...CASES.map((name) => cpuOf(rowsOf.get(name)?.get(client), name)),
    ]),
  );
};

interface BenchRow {
  /** `full`, or `resumed`. */
  readonly did: string;
  readonly cpu: string;
  readonly serverCpu: string;
}

/** The rows of one case's table, by client. */
export const benchRows = (name: string): ReadonlyMap<string, BenchRow> => {
  const [, section = ''] = readFileSync(BENCH, 'utf8').split(`\n### ${name}\n`);
  const rows = (section.split('\n#')[0] ?? '').split('\n').filter((line) => line.startsWith('| '));
  return new Map(
    rows.map((row) => {
      const [, client = '', did = '', , cpu = '', , serverCpu = ''] = row.split('|').map((cell) => cell.trim());
      return [client, { did, cpu, serverCpu }];
    }),
  );
};

const cpuOf = (row: BenchRow | undefined, name: string): string => {
  if (row === undefined) return '-';
  const asked = name.endsWith('full') ? 'full' : 'resumed';
  return row.did === asked ? row.cpu : `n/a (${row.did === 'full' ? 'does full' : 'resumes'})`;
};
