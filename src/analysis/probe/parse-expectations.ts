import { ResumarkError } from '../../domain/error.ts';
import { EXPECTATIONS, type Expectation } from '../../domain/probe-expectation.ts';
import { nearest } from '../../domain/suggest.ts';

/**
 * Parses a list such as `ticket,shared-keys`, each name once, in the order of the list.
 *
 * @throws ResumarkError USAGE for a name that is not known, or none.
 */
export const parseExpectations = (text: string): Expectation[] => {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new ResumarkError('USAGE', '--expect must name at least one expectation.', KNOWN);
  return [...new Set(names.map(expectationOf))];
};

const KNOWN = `Known expectations: ${EXPECTATIONS.join(', ')}.`;

const expectationOf = (name: string): Expectation => {
  const known = EXPECTATIONS.find((expectation) => expectation === name);
  if (known !== undefined) return known;
  const meant = nearest(name, EXPECTATIONS);
  const hint = meant === undefined ? KNOWN : `Did you mean ${meant}? ${KNOWN}`;
  throw new ResumarkError('USAGE', `--expect: unknown expectation "${name}".`, hint);
};
