import { ResumarkError } from '../domain/error.ts';

/** One side of a comparison as the user wrote it: `before=results/a`, or `results/a` alone. */
export interface WrittenSide {
  readonly label: string;
  /** Run folders, or one target. */
  readonly values: readonly string[];
}

/** A request to `compare`, by what it names. */
export type ComparisonRequest =
  | { readonly kind: 'scenario'; readonly path: string }
  | { readonly kind: 'run'; readonly path: string }
  | { readonly kind: 'comparison'; readonly path: string }
  | { readonly kind: 'targets'; readonly before: WrittenSide; readonly after: WrittenSide }
  | { readonly kind: 'runs'; readonly before: WrittenSide; readonly after: WrittenSide };

const HINT = [
  'Two targets:  resumark compare before=host:port after=host:port',
  'A scenario:   resumark compare scenario.yaml',
  'One run:      resumark compare results/a',
  'Two runs:     resumark compare results/a results/b',
  'Several runs: resumark compare before=results/a before=results/b after=results/c after=results/d',
].join('\n');

/**
 * Reads the arguments of `compare`.
 *
 * @throws ResumarkError USAGE when they have none of the forms.
 */
export const parseRequest = (args: readonly string[]): ComparisonRequest => {
  const [path = ''] = args;
  if (args.length === 1 && !LABELLED.test(path) && !path.includes(',') && !isTarget(path)) {
    return { kind: kindOf(path), path };
  }
  const [before, after, ...others] = sidesOf(args);
  if (before === undefined || after === undefined || others.length > 0 || hasBareThird(args)) {
    throw new ResumarkError('USAGE', `compare takes two sides, but it got ${shown(args)}.`, HINT);
  }
  const values = [...before.values, ...after.values];
  if (!values.some(isTarget)) return { kind: 'runs', before, after };
  if (values.every(isTarget) && values.length === 2) return { kind: 'targets', before, after };
  throw new ResumarkError(
    'USAGE',
    `compare takes one target per side, or stored runs on both sides, but it got ${shown(args)}.`,
    HINT,
  );
};

const LABELLED = /^(?<label>[A-Za-z][\w-]{0,31})=(?<value>.+)$/su;

/**
 * Sides without a label are before and after, in this order; a side with several values repeats its
 * label, or separates them by commas.
 */
const sidesOf = (args: readonly string[]): WrittenSide[] => {
  const sides = new Map<string, string[]>();
  for (const [i, arg] of args.entries()) {
    const { label = i === 0 ? 'before' : 'after', value = arg } = LABELLED.exec(arg)?.groups ?? {};
    const values = value.split(',').filter((part) => part !== '');
    if (values.length > 0) sides.set(label, [...(sides.get(label) ?? []), ...values]);
  }
  return [...sides].map(([label, values]) => ({ label, values }));
};

/** Of three arguments without a label it is unknown which belong together. */
const hasBareThird = (args: readonly string[]): boolean => args.slice(2).some((arg) => !LABELLED.test(arg));

const isTarget = (value: string): boolean => /:\d{1,5}$/u.test(value);

/** A result file is recognised by its name: any other file is a scenario, and a folder is a run. */
const kindOf = (path: string): 'scenario' | 'run' | 'comparison' => {
  if (/(?:^|[/\\])run\.json$/u.test(path)) return 'run';
  if (/(?:^|[/\\])compare[\w-]*\.json$/u.test(path)) return 'comparison';
  return /\.(?:ya?ml|json)$/iu.test(path) ? 'scenario' : 'run';
};

const shown = (args: readonly string[]): string => args.map((arg) => JSON.stringify(arg)).join(' ');
