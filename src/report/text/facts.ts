import type { RunSummary } from '../../analysis/summary/run-summary.ts';
import { busiest } from '../../analysis/summary/saturation.ts';
import { OTHER_RATE } from '../../analysis/capacity/trial-blocks.ts';
import type { AgentRecord } from '../../domain/agent-record.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import type { HostRecord, RunRecord, Shortcut } from '../../domain/run-record.ts';
import type { StateRecord } from '../../domain/state-record.ts';
import { sumOf } from '../../stats/descriptive.ts';
import { loadText } from './load.ts';
import { endpointText, resolvedTarget } from './target.ts';
import { counted, formatBytes, formatDuration, formatShare, grouped } from './units.ts';

/** One thing about how a run was measured; several values where states differ. */
export interface Fact {
  readonly label: string;
  readonly values: readonly string[];
}

/** Everything that a reader needs to judge or repeat a run. */
export const runFacts = ({ run, settings }: RunSummary): Fact[] =>
  [
    { label: 'Targets', values: perState(run, targetText) },
    { label: 'Way', values: wayTexts(run) },
    { label: 'Negotiated', values: negotiatedTexts(run) },
    { label: 'Certificates', values: perState(run, (state) => (state.verified ? 'verified' : 'not verified')) },
    { label: 'Engine', values: [`${engineText(run)}: ${run.engine.reason}`] },
    { label: 'Load', values: [loadText(settings.load, run.workers)] },
    { label: 'Measured', values: measuredTexts(run) },
    { label: 'Proof', values: proofTexts(run) },
    { label: 'Server CPU', values: perState(run, (state) => state.cpuSource ?? 'unknown') },
    { label: 'Generator', values: generatorTexts(run) },
    { label: 'Machine', values: machineTexts(run) },
    { label: 'Agents', values: agentTexts(run) },
    { label: 'Repeat', values: repeatTexts(run) },
    { label: 'Run', values: [`${run.id}, ${run.status}, seed ${String(run.seed)}, ${run.tool.name} ${run.tool.version}`] },
  ].filter(({ values }) => values.length > 0);

export const engineText = ({ engine: { name, library, shortcuts } }: RunRecord): string =>
  `${name} (${[library, ...shortcuts.map((shortcut) => SHORTCUT_TEXT[shortcut])].join('; ')})`;

const SHORTCUT_TEXT: Readonly<Record<Shortcut, string>> = {
  'key-share-reused': 'one key share for all handshakes',
  'signature-unchecked': "the server's signature is not checked",
  spinning: 'busy polling, so client CPU is the whole core',
};

/** The targets of the states, with the address of a name: one where all are the same. */
export const targetTexts = (run: RunRecord): string[] =>
  perState(run, (state) => (state.kind === 'target' ? resolvedTarget(state) : state.target));

const targetText = (state: StateRecord): string => {
  const resolved =
    state.kind === 'target' ? resolvedTarget(state) : `${state.target} at ${endpointText(state.address, state.port)}`;
  return state.serverName === null ? resolved : `${resolved}, as ${state.serverName}`;
};

/** The ways that the run has put before its servers; nothing where it has put none. */
export const wayTexts = (run: RunRecord): string[] =>
  run.states.every(({ way }) => way === undefined) ? [] : perState(run, ({ way }) => (way === undefined ? 'none' : wayText(way)));

const wayText = ({ kind, rttMs, jitterMs, loss }: NonNullable<StateRecord['way']>): string =>
  [
    `round trip of ${String(rttMs)} ms`,
    ...(jitterMs > 0 ? [`± ${String(jitterMs)} ms each way`] : []),
    ...(loss > 0 ? [`${formatShare(loss)} of the packets lost`] : []),
    kind === 'network' ? 'in a network of its own' : 'by a relay, which TCP connects do not notice',
  ].join(', ');

/** One value where all states agree, otherwise one for each, with its label. */
const perState = ({ states }: RunRecord, text: (state: StateRecord) => string): string[] => {
  const texts = [...new Set(states.map(text))];
  return texts.length === 1 ? texts : states.map((state) => `${state.label}: ${text(state)}`);
};

/**
 * A line per protocol on what was negotiated, by a full handshake where there is one: a resumed one
 * of TLS 1.2 has no group.
 */
const negotiatedTexts = ({ cells }: RunRecord): string[] => [
  ...new Set(
    cells
      .filter((cell) => cell.mode === 'full' || !cells.some((other) => other.mode === 'full' && other.protocol === cell.protocol))
      .flatMap(({ protocol, negotiated }) =>
        negotiated === null
          ? []
          : [
              [protocolLabel(protocol), negotiated.cipher, negotiated.group, negotiated.keyType, negotiated.alpn]
                .filter(Boolean)
                .join(', '),
            ],
      ),
  ),
];

const measuredTexts = ({ blocks, cells }: RunRecord): string[] => {
  const rounds = new Set(blocks.map(({ round }) => round)).size;
  const trials = blocks.filter(({ invalidReason }) => invalidReason === OTHER_RATE).length;
  const invalid = blocks.filter(({ valid }) => !valid).length - trials;
  return [
    `${counted(cells.length, 'cell')} interleaved over ${counted(rounds, 'round')}: ${counted(blocks.length, 'block')}, ` +
      `${counted(
        sumOf(blocks, ({ handshakes }) => handshakes),
        'handshake',
      )} in ${formatDuration(sumOf(blocks, ({ durationNs }) => durationNs))}`,
    ...(trials === 0 ? [] : [`${counted(trials, 'block')} at rates other than the one found: in the record, not in the result`]),
    ...(invalid === 0 ? [] : [`${counted(invalid, 'block')} invalid, left out`]),
  ];
};

const proofTexts = ({ blocks, tapShare }: RunRecord): string[] => {
  const tapped = sumOf(blocks, (block) => block.tapped);
  const primed = sumOf(blocks, (block) => block.primed.handshakes);
  return [
    "every handshake by the TLS library's own report",
    `${grouped(tapped)} of them (${formatShare(tapShare)}) and all ${grouped(primed)} priming handshakes also by their plaintext hellos`,
  ];
};

/** The command that measures the same again, in the same order. */
export const repeatTexts = ({ command, seed }: RunRecord): string[] => {
  if (command === undefined) return [];
  const isSeeded = command.some((part) => /^--seed(?:=|$)/u.test(part));
  const parts = ['npx', 'resumark', ...command, ...(isSeeded ? [] : ['--seed', String(seed)])];
  return [parts.map(quoted).join(' ')];
};

/** Quotes an argument as a shell needs it. */
const quoted = (part: string): string => (/^[\w@%+=:,./-]+$/u.test(part) ? part : `'${part.replaceAll("'", String.raw`'\''`)}'`);

/** The busiest values of all blocks. */
const generatorTexts = ({ blocks }: RunRecord): string[] => {
  const hosts = blocks.flatMap((block) => block.hosts);
  if (hosts.length === 0) return [];
  const most = (value: (host: HostRecord) => number): number => Math.max(...hosts.map(value));
  return [
    `busiest worker at work ${formatShare(most(busiest))} of its time, at most ${grouped(most(({ mostInFlight }) => mostInFlight))} connections at once`,
    ...(hosts.some(({ machine }) => machine !== null)
      ? [
          `the whole machine: up to ${formatShare(most(({ machine }) => machine?.busyShare ?? 0))} of its CPU time used, ${formatShare(most(({ machine }) => machine?.stealShare ?? 0))} stolen`,
        ]
      : []),
  ];
};

const machineTexts = ({ environment }: RunRecord): string[] => [
  `${environment.cpu}, ${counted(environment.cores, 'core')}, ${formatBytes(environment.memoryBytes)}, load average ${String(environment.loadAverage)} at the start`,
  `${environment.platform}, kernel ${environment.kernel}, Node.js ${environment.node} with OpenSSL ${environment.openssl}`,
];

/** A line per kind of machine among the agents. */
const agentTexts = ({ agents = [] }: RunRecord): string[] =>
  [...new Set(agents.map(machineOfAgent))].map((machine) => {
    const alike = agents.filter((agent) => machineOfAgent(agent) === machine);
    return `${alike.map(({ name }) => name).join(', ')}: ${machine}`;
  });

const machineOfAgent = ({ cpu, cores, platform, kernel, node, openssl }: AgentRecord): string =>
  `${cpu}, ${counted(cores, 'core')}, ${platform}, kernel ${kernel}, Node.js ${node} with OpenSSL ${openssl}`;
