import { ResumarkError } from '../domain/error.ts';

/** One side of a comparison as it was written: `before=results/a`, or `results/a` alone. */
export interface WrittenSide {
  readonly label: string;
  /** Run folders, or one target. */
  readonly values: readonly string[];
}

const LABELLED = /^(?<label>[A-Za-z][\w-]{0,31})=(?<value>.+)$/su;

/**
 * The two sides that the arguments name. Bare ones are before and after in this order; several values of one side share its label or
 * stand in one argument with commas between them.
 *
 * @throws ResumarkError USAGE when there are not two sides.
 */
export const parseSides = (args: readonly string[]): readonly [before: WrittenSide, after: WrittenSide] => {
  const sides = new Map<string, string[]>();
  for (const [i, arg] of args.entries()) {
    const { label = i === 0 ? 'before' : 'after', value = arg } = LABELLED.exec(arg)?.groups ?? {};
    sides.set(label, [...(sides.get(label) ?? []), ...value.split(',').filter((part) => part !== '')]);
  }
  const [before, after, ...others] = [...sides].map(([label, values]): WrittenSide => ({ label, values }));
  const isPair = before !== undefined && after !== undefined && others.length === 0;
  if (isPair && before.values.length > 0 && after.values.length > 0 && !hasBareThird(args)) return [before, after];
  throw new ResumarkError(
    'USAGE',
    `compare takes two sides, but it was given ${args.map((arg) => JSON.stringify(arg)).join(' ')}.`,
    'Write compare results/a results/b, or label them: compare before=results/a before=results/b after=results/c.',
  );
};

/** Of three bare arguments nobody knows which belong together. */
const hasBareThird = (args: readonly string[]): boolean => args.slice(2).some((arg) => !LABELLED.test(arg));
