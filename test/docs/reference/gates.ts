import { readFileSync } from 'node:fs';
import { METRICS } from '../../../src/analysis/metrics/catalogue.ts';
import { QUANTITY_EXAMPLES } from '../../../src/analysis/gate/quantity.ts';
import type { Unit } from '../../../src/analysis/metrics/metric.ts';
import { code, table } from './markdown.ts';

const PARSER = new URL('../../../src/analysis/gate/parse.ts', import.meta.url);

/** The grammar as it stands above the parser. */
export const gateGrammar = (): string => {
  const [, block] = /^ \* ```\n(.*?)^ \* ```$/msu.exec(readFileSync(PARSER, 'utf8')) ?? [];
  if (block === undefined) throw new Error('the comment of parseGate has no grammar');
  return `\`\`\`text\n${block.replaceAll(/^ \* /gmu, '').trimEnd()}\n\`\`\``;
};

/** How the quantities of each unit are written, and which metrics count in it. */
export const quantities = (): string =>
  table(
    ['unit', 'a quantity is', 'metrics'],
    (Object.keys(QUANTITY_EXAMPLES) as Unit[]).map((unit) => [
      unit,
      QUANTITY_EXAMPLES[unit],
      METRICS.filter((metric) => metric.unit === unit)
        .map(({ id }) => code(id))
        .join(', '),
    ]),
  );
