import { z } from 'zod';

/** The one place that imports zod: everything that enters the program is decoded here, once. */
export { z };

/** A flaw of a value: its path, the value, and what would be right. */
export interface Flaw {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  /** Follows the name of the setting: `must be a whole number of at least 1`. */
  readonly message: string;
  /** True when the last step of the path is a key that the schema does not know. */
  readonly isUnknownKey: boolean;
}

export type Decoded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly flaws: readonly Flaw[] };

/**
 * Decodes a value by a schema. Never throws: flaws are returned as data, for the caller to phrase.
 */
export const decode = <Schema extends z.ZodType>(schema: Schema, value: unknown): Decoded<z.output<Schema>> => {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, flaws: result.error.issues.flatMap((issue) => flawsOf(issue, value)) };
};

const flawsOf = (issue: z.core.$ZodIssue, root: unknown): Flaw[] => {
  const path = issue.path.filter((step): step is string | number => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      value: undefined,
      message: 'is unknown',
      isUnknownKey: true,
    }));
  }
  if (issue.code === 'invalid_union') {
    const branch = closestBranch(issue.errors);
    if (branch !== undefined) {
      return branch.flatMap((inner) => flawsOf({ ...inner, path: [...path, ...inner.path] }, root));
    }
  }
  return [{ path, value: valueAt(root, path), message: messageOf(issue), isUnknownKey: false }];
};

const messageOf = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'invalid_type' && issue.expected === 'object') return 'must be a mapping of settings';
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  return issue.message;
};

/**
 * Returns the branch of a union that got deepest: it shows what the user meant, and its message is
 * the helpful one.
 */
const closestBranch = (branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined => {
  const depth = (issues: readonly z.core.$ZodIssue[]): number => Math.max(0, ...issues.map((issue) => issue.path.length));
  const deepest = branches.toSorted((a, b) => depth(b) - depth(a))[0];
  return deepest !== undefined && depth(deepest) > 0 ? deepest : undefined;
};

const valueAt = (root: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined),
    root,
  );
