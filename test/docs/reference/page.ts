import { blockColumns, compareColumns, probeColumns, summaryColumns, timelineColumns } from './columns.ts';
import { commandSections } from './commands.ts';
import { exitCodes } from './exit-codes.ts';
import { gateGrammar, quantities } from './gates.ts';
import { notices } from './notices.ts';
import { scenarioKeys } from './scenario-keys.ts';

/** `docs/reference.md`, whole. */
export const referencePage = (): string => `<!-- Written by \`npm run docs\` from the code: do not edit. -->

# Reference

[Columns and metrics](#columns-and-metrics) · [Notices](#notices) · [Scenario keys](#scenario-keys) ·
[Commands](#commands) · [Gates](#gates) · [Exit codes](#exit-codes) · [All pages](README.md)

Units: times are in nanoseconds in files (\`_ns\`), shares are fractions of 1, rates are per second.
CPU time and bytes are per honoured handshake. An empty cell is unknown and never a 0.

## Columns and metrics

\`summary.csv\` has a row per cell: one state, protocol and mode. New columns are appended, never inserted.

${summaryColumns()}

### \`blocks.csv\`

A row per block, in the order of measurement.

${blockColumns()}

### \`timeline.csv\`

A row per cell and interval of a window, in runs with a timeline (\`plan.timeline\`).

${timelineColumns()}

### \`compare.csv\`

A row per protocol, mode and metric of a comparison.

${compareColumns()}

### CSV of a probe

\`probe --format csv\` prints a row per address, protocol and mechanism; an address that does not answer has a row, too.

${probeColumns()}

## Notices

What a run says about itself, on stderr, in the reports and in \`run.json\`. Codes are stable; the sentences may change.

${notices()}

## Scenario keys

A scenario is a YAML or JSON file; unknown keys are errors. A flag overrides the file, and the file overrides the default.
\`resumark schema\` prints its JSON Schema for editors, and \`resumark schema probe\` that of \`probe --format json\`. \`<label>\` is a name of your choice.

${scenarioKeys()}

## Commands

${commandSections()}

## Gates

${gateGrammar()}

Without a state, a gate applies to every state but the first, which the others are compared with (or to the only one);
without a protocol, to each protocol. See [Gates in CI](ci.md) for how they are decided.

${quantities()}

## Exit codes

${exitCodes()}

When several apply, the first of 2, 4, 5, 99, 3 counts.
`;
