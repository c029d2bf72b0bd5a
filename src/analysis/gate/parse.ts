import { ResumarkError } from '../../domain/error.ts';
import type { Gate, GateOperator, MetricReference } from '../../domain/gate.ts';
import { MODES, type Mode } from '../../domain/mode.ts';
import { isProtocol, type Protocol } from '../../domain/protocol.ts';
import { withOwnQuantiles } from '../../domain/quantile-name.ts';
import { nearest } from '../../domain/suggest.ts';
import type { Metric } from '../metrics/metric.ts';
import { isMetricId, METRICS, metricNamed } from '../metrics/catalogue.ts';
import { gateError } from './gate-error.ts';
import { parseQuantity, QUANTITY_EXAMPLES } from './quantity.ts';

const OPERATORS = ['<=', '>=', '<', '>'] as const satisfies readonly GateOperator[];

/**
 * Reads a gate.
 *
 * ```
 * gate      = metric operator quantity
 *           | metric operator [factor "*"] metric
 *           | metric "/" metric operator factor
 *           | metric ["/" metric] "regresses" ("<" | "<=") percent
 * metric    = [state "."] [protocol "."] mode "." name        after.tls1.3.ticket.cpu.server; p(99) is p99
 * operator  = "<" | "<=" | ">" | ">="
 * ```
 *
 * @throws ResumarkError USAGE that shows the place and what would be right there.
 */
export const parseGate = (text: string): Gate => {
  if (text.trim() === '') throw new ResumarkError('USAGE', 'a gate is empty.', 'Write one such as "ticket.p99 < 25ms".');
  return new Parser(text.trim()).gate();
};

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  gate(): Gate {
    const text = this.#text;
    const left = this.#reference();
    const per = this.#take(/\//u) === undefined ? undefined : this.#divisor(left);
    if (this.#take(/regresses\b/u) !== undefined) return { kind: 'change', text, left, per, limit: this.#change(left, per) };
    const operator = this.#operator('an operator is expected: <, <=, >, >= or regresses');
    if (per !== undefined) return { kind: 'ratio', text, left, operator, factor: this.#quantity('ratio'), right: per };
    const rest = this.#rest();
    if (isMultiple(rest)) return { kind: 'ratio', text, left, operator, ...this.#multiple(left) };
    return { kind: 'limit', text, left, operator, limit: this.#quantity(known(left).unit) };
  }

  /** How much worse it may be at most. */
  #change(left: MetricReference, per: MetricReference | undefined): number {
    if (per?.state !== undefined && per.state !== left.state) {
      this.#fail(per.at, 'a change of a ratio is judged within each state', 'Name no state, or the same one twice.');
    }
    if (known(left).better === 'neither') {
      this.#fail(left.at, `${left.metric} counts handshakes, and neither more nor fewer is worse`, 'Give it a limit instead.');
    }
    this.#skipSpace();
    const at = this.#at;
    const operator = this.#operator('regresses is followed by < or <= and a share such as 5%');
    if (operator.startsWith('>')) this.#fail(at, 'regresses takes < or <=: a build that must get worse is no gate');
    return this.#quantity('share');
  }

  #multiple(left: MetricReference): { readonly factor: number; readonly right: MetricReference } {
    const factor = this.#take(/(?<number>\d+(?:\.\d+)?)\s*\*/u);
    const right = this.#divisor(left);
    this.#skipSpace();
    if (this.#rest() !== '') this.#fail(this.#at, 'the gate should end here');
    return { factor: factor === undefined ? 1 : Number.parseFloat(factor), right };
  }

  /** The metric that another is a multiple of. */
  #divisor(left: MetricReference): MetricReference {
    const right = this.#reference();
    if (known(right).unit !== known(left).unit) {
      this.#fail(right.at, `${right.metric} cannot be held against ${left.metric}: they count in different units`);
    }
    if (known(left).unit === 'share' || known(left).unit === 'count') {
      this.#fail(left.at, `${left.metric} cannot be judged as a multiple of another`, 'Give it a limit instead.');
    }
    return right;
  }

  #reference(): MetricReference {
    this.#skipSpace();
    const at = this.#at;
    const word = this.#take(/[\w.-]+(?:\([\d.]+\))?/u);
    if (word === undefined) this.#fail(at, 'a metric is expected here, such as ticket.p50 or after.full.cpu.server');
    return this.#resolved(withOwnQuantiles(word), at);
  }

  /** The mode is the hinge: before it stand state and protocol, after it the metric, in whose name a mode may occur again. */
  #resolved(word: string, at: number): MetricReference {
    const parts = word.split('.');
    const hinges = parts.flatMap((part, i) => (MODES.some((mode) => mode === part) ? [i] : []));
    const after = (i: number): string => parts.slice(i + 1).join('.');
    const modeAt = hinges.find((i) => isMetricId(after(i))) ?? hinges[0] ?? this.#failMode(parts, word, at);
    const name = after(modeAt);
    const before = parts.slice(0, modeAt + 1).join('.').length;
    if (!isMetricId(name)) this.#failMetric(name, name === '' ? at + before : at + before + 1);
    return { ...this.#context(parts.slice(0, modeAt).join('.'), at), mode: parts[modeAt] as Mode, metric: name, at };
  }

  #failMode(parts: readonly string[], word: string, at: number): never {
    const meant = parts.flatMap((part) => nearest(part, MODES) ?? []).at(0);
    const hint = meant === undefined ? `Write one before the metric: ${MODES.join(', ')}.` : didYouMean(meant, MODES, 'modes');
    this.#fail(at, `"${word}" names no handshake mode`, hint);
  }

  #failMetric(name: string, at: number): never {
    const ids = METRICS.map(({ id }) => id);
    const what = name === '' ? 'a metric is missing here' : `there is no metric "${name}"`;
    this.#fail(at, what, didYouMean(nearest(name, ids), ids, 'metrics'));
  }

  #context(text: string, at: number): Pick<MetricReference, 'state' | 'protocol'> {
    if (text === '') return { state: undefined, protocol: undefined };
    const [, alone] = /^(?:tlsv?)?(1\.\d)$/iu.exec(text) ?? [];
    if (alone !== undefined) return { state: undefined, protocol: this.#protocol(alone, at) };
    const [, state, version] = /^([A-Za-z][\w-]*)(?:\.(?:tlsv?)?(1\.\d))?$/iu.exec(text) ?? [];
    if (state === undefined) this.#fail(at, `"${text}" must be a state, a protocol such as tls1.3, or both with a dot between`);
    return { state, protocol: version === undefined ? undefined : this.#protocol(version, at + state.length + 1) };
  }

  #protocol(version: string, at: number): Protocol {
    const protocol = `TLSv${version}`;
    return isProtocol(protocol) ? protocol : this.#fail(at, `there is no protocol ${version} here: tls1.2 or tls1.3`);
  }

  #operator(expected: string): GateOperator {
    this.#skipSpace();
    const operator = OPERATORS.find((one) => this.#rest().startsWith(one));
    if (operator === undefined) this.#fail(this.#at, expected);
    this.#at += operator.length;
    this.#skipSpace();
    return operator;
  }

  #quantity(unit: Metric['unit']): number {
    const rest = this.#rest();
    const value = parseQuantity(rest.replace(/\s+/gu, ''), unit);
    if (value !== undefined) return value;
    const what = rest === '' ? 'a value is missing here' : `"${rest}" is not understood`;
    this.#fail(this.#at, what, `It must be ${QUANTITY_EXAMPLES[unit]}${rest === '' ? '' : ', and the gate must end after it'}.`);
  }

  /** The text that matches here, taken off. */
  #take(pattern: RegExp): string | undefined {
    this.#skipSpace();
    const [found] = new RegExp(`^(?:${pattern.source})`, pattern.flags).exec(this.#rest()) ?? [];
    this.#at += found?.length ?? 0;
    return found;
  }

  #skipSpace(): void {
    this.#at += /^\s*/u.exec(this.#rest())?.[0].length ?? 0;
  }

  #rest(): string {
    return this.#text.slice(this.#at);
  }

  #fail(at: number, what: string, hint?: string): never {
    throw gateError(this.#text, at, what, hint);
  }
}

const isMultiple = (text: string): boolean => /^(?:\d+(?:\.\d+)?\s*\*|[A-Za-z])/u.test(text);

const known = ({ metric: id }: MetricReference): Metric => metricNamed(id);

const didYouMean = (meant: string | undefined, all: readonly string[], what: string): string =>
  `${meant === undefined ? '' : `Did you mean ${meant}? `}Known ${what}: ${all.join(', ')}.`;
