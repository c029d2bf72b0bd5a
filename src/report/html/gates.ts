import type { GateDecision, GateOutcome, GateResult } from '../../domain/gate.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { decisionSentence, gateName, gateSentence } from '../gate/gate-text.ts';
import { byUrgency } from '../gate/section.ts';
import { repeatTexts } from '../text/facts.ts';
import { markup, raw, type Markup } from './markup.ts';

/** The verdict on the gates, before anything else; nothing where the run was not judged. */
export const gateSection = (run: RunRecord, decision: GateDecision | undefined): Markup =>
  decision === undefined
    ? raw('')
    : markup`<section>
<h2><span class="badge gate-${decision.outcome}">${decision.outcome}</span> Gates</h2>
<p class="lead">${decisionSentence(decision)}</p>
${repeatTexts(run).map((command) => markup`<p class="lead">To repeat the run: <code>${command}</code></p>`)}
<ul class="notices card">
${byUrgency(decision).map(gateItem)}
</ul>
</section>`;

const gateItem = (result: GateResult): Markup =>
  markup`<li><span class="severity gate-${result.outcome}">${WORD[result.outcome]}</span><span><strong>${gateName(result)}</strong><br>${gateSentence(result)}</span></li>`;

/** Short enough for the column of the severities. */
const WORD: Readonly<Record<GateOutcome, string>> = { failed: 'failed', inconclusive: 'undecided', passed: 'passed' };
