import type { RunSummary } from '../../analysis/summary/run-summary.ts';
import type { Notice } from '../../domain/notice.ts';
import type { Comparison } from '../../domain/comparison.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { GateDecision } from '../../domain/gate.ts';
import { agentsOf } from '../agents.ts';
import { agentSection } from './agents.ts';
import { comparisonSection } from './comparison.ts';
import { htmlDocument } from './document.ts';
import { runFacts, type Fact } from '../text/facts.ts';
import { latencySection, resultSection, savingSection, detailSection } from './sections.ts';
import { guideSection } from './guide.ts';
import { timelineSection } from './timeline-section.ts';
import { markup, when, type Markup } from './markup.ts';
import { noticeSentence } from '../text/notice.ts';
import { gateSection } from './gates.ts';
import { resultTable } from '../table.ts';

/** `report.html`: the whole result on one self-contained page. */
export const htmlReport = (
  summary: RunSummary,
  comparisons: readonly Comparison[],
  decision: GateDecision | undefined,
): string => {
  const { run, settings } = summary;
  const result = resultTable(summary);
  const withSeverity = (severity: Notice['severity']): Notice[] => run.notices.filter((notice) => notice.severity === severity);
  return htmlDocument({
    title: result.title,
    header: pageHeader(run, settings.description),
    main: markup`${gateSection(run, decision)}${savingSection(result)}${comparisons.map(comparisonSection)}
${noticeSection('Warnings', 'Read these before you trust the numbers.', [...withSeverity('error'), ...withSeverity('warning')])}
${resultSection(summary, result)}
${latencySection(result.cells)}${timelineSection(run)}
${result.details.map(detailSection)}${agentSection(agentsOf(run))}
${factSection(runFacts(summary))}
${noticeSection('Notes', 'Facts about this measurement that do not affect its validity.', withSeverity('info'))}
${guideSection(result)}`,
    footer: markup`Rendered from run.json by ${run.tool.name} ${run.tool.version}. Handshake times run from the ClientHello to both Finished messages; the TCP connect is timed separately.`,
  });
};

const pageHeader = (run: RunRecord, description: string): Markup => markup`<header>
<p class="product">Resumark, TLS handshake benchmark</p>
<h1>${run.name}</h1>
<p class="meta"><time datetime="${run.startedAt}">${run.startedAt.slice(0, 16).replace('T', ' ')} UTC</time>${when(
  run.status !== 'complete',
  () => markup` <span class="badge">${run.status}</span>`,
)}</p>
${when(description !== '', () => markup`<p class="meta">${description}</p>`)}
</header>`;

const noticeSection = (title: string, lead: string, notices: readonly Notice[]): Markup =>
  when(
    notices.length > 0,
    () => markup`<section>
<h2>${title}</h2>
<p class="lead">${lead}</p>
<ul class="notices card">
${notices.map(
  (notice) =>
    markup`<li><span class="severity severity-${notice.severity}">${notice.severity}</span><span>${noticeSentence(notice)}</span></li>`,
)}
</ul>
</section>`,
  );

const factSection = (facts: readonly Fact[]): Markup => markup`<section>
<h2>How it was measured</h2>
<p class="lead">Everything needed to judge the numbers or to repeat the measurement.</p>
<dl class="facts card">
${facts.map(({ label, values }) => markup`<dt>${label}</dt><dd>${values.map((value) => markup`<p>${value}</p>`)}</dd>`)}
</dl>
</section>`;
