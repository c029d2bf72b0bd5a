import type { AgentsShown } from '../agents.ts';
import { markup, raw, type Markup } from './markup.ts';
import { plainTable } from './sections.ts';

/** A row per machine that loaded. */
export const agentSection = (agents: AgentsShown | undefined): Markup =>
  agents === undefined
    ? raw('')
    : markup`<section>
<h2>Agents</h2>
<p class="lead">The machines that loaded together: what each did, its client CPU per honoured handshake, and by how much it began after the common start, in the median and at worst.</p>
<div class="card scroll" tabindex="0" role="region" aria-label="Agents">
${plainTable(agents.table)}
</div>
</section>`;
