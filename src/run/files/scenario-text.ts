import { isScalar, parseDocument, visit, type Document } from 'yaml';
import { ResumarkError } from '../../domain/error.ts';

/**
 * Parses the text of a scenario file. Whatever the parser would only warn of is an error here: what
 * it drops or guesses would be measured without a word.
 *
 * @param file names it in messages.
 * @throws ResumarkError SCENARIO in one sentence, with the place where there is one.
 */
export const parseScenarioText = (text: string, file: string): unknown => {
  if (nesting(text) > MOST_NESTING) throw new ResumarkError('SCENARIO', `${file} is no scenario: it is nested too deeply.`);
  // Unique keys are checked below: the parser compares each with all others.
  const document = parseDocument(text, { merge: true, uniqueKeys: false });
  const flaw = document.errors[0] ?? document.warnings[0];
  if (flaw !== undefined) throw unquotedVariable(text, flaw.pos[0], file) ?? parserError(file, flaw);
  refuseKeys(document, file);
  return contentOf(document, file);
};

/** The parser takes minutes for some hundred levels; a scenario has five. */
const MOST_NESTING = 50;

/** At least the depth of brackets and of compact block collections. */
const nesting = (text: string): number => {
  let depth = 0;
  let deepest = 0;
  for (const letter of text) {
    if (letter === '[' || letter === '{') depth += 1;
    else if ((letter === ']' || letter === '}') && depth > 0) depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  const compact = text.match(/(?:[?-]\s+)+/gu) ?? [];
  return Math.max(deepest, ...compact.map((marks) => marks.match(/[?-]/gu)?.length ?? 0));
};

/** A variable without quotes in a flow mapping is a mapping of its own to the parser, which it refuses at the brace. */
const unquotedVariable = (text: string, at: number, file: string): ResumarkError | undefined => {
  const [variable] = /^\$\{\w[^}\n]*\}?/u.exec(text.slice(Math.max(0, at - 1))) ?? [];
  return variable === undefined ? undefined : variableError(file, variable);
};

const parserError = (
  file: string,
  { code, message }: Document['errors'][number] | Document['warnings'][number],
): ResumarkError => {
  const [, tag = '', line = ''] = /^Unresolved tag: (\S+) at line (\d+)/u.exec(message) ?? [];
  if (code === 'TAG_RESOLVE_FAILED' && tag !== '') {
    return new ResumarkError(
      'SCENARIO',
      `${file}:${line}: the tag ${tag} is unknown: scenario files have no tags.`,
      VARIABLES_HINT,
    );
  }
  if (code === 'MULTIPLE_DOCS') {
    return new ResumarkError('SCENARIO', `${file} has several documents, but a scenario is one.`, 'Remove the lines "---".');
  }
  return new ResumarkError('SCENARIO', `${file} is not YAML: ${message.trim()}`);
};

const VARIABLES_HINT = 'Fill in variables before, such as with: envsubst < scenario.yaml | resumark run -';

const refuseKeys = (document: Document.Parsed, file: string): void => {
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : key;
        if (typeof name === 'string' && /^\/[/*]/u.test(name)) throw commentError(file);
        if (seen.has(name))
          throw new ResumarkError('SCENARIO', `${file}: the key ${JSON.stringify(name)} stands twice in one mapping.`);
        seen.add(name);
      }
    },
    Scalar: (_, { value }) => {
      if (typeof value !== 'string' || !/^\$(?:\w+$|\{\w+)/u.test(value)) return;
      throw variableError(file, value);
    },
  });
};

const variableError = (file: string, variable: string): ResumarkError =>
  new ResumarkError(
    'SCENARIO',
    `${file}: ${JSON.stringify(variable)} is a variable, but scenario files have none.`,
    VARIABLES_HINT,
  );

const commentError = (file: string): ResumarkError =>
  new ResumarkError(
    'SCENARIO',
    `${file} has a comment that begins with / as in JavaScript.`,
    'Begin comments with #, also in JSON.',
  );

/** An alias is resolved only here: one without an anchor, or one that multiplies without end, fails. */
const contentOf = (document: Document, file: string): unknown => {
  try {
    return document.toJS();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ResumarkError('SCENARIO', `${file} is not YAML: ${message}.`);
  }
};
