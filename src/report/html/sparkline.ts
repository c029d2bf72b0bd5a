import type { BlockSummary } from '../../analysis/summary/run-summary.ts';
import type { Mode } from '../../domain/mode.ts';
import { ABSENT, formatDuration } from '../text/units.ts';
import { markup, type Markup } from './markup.ts';

const WIDTH = 88;
const HEIGHT = 22;

/**
 * The p50 of each round, from 0 up: a flat line means that the cell was steady, a slope that
 * something drifted.
 */
export const roundsSpark = (blocks: readonly BlockSummary[], mode: Mode): Markup => {
  const medians = blocks.flatMap(({ summary }) => summary.handshakeNs.quantileNs(0.5) ?? []);
  if (medians.length === 0) return markup`<span class="absent">${ABSENT}</span>`;
  const highest = Math.max(...medians, 1);
  const step = medians.length > 1 ? WIDTH / (medians.length - 1) : 0;
  const points = medians.map((ns, i) => ({ x: Math.round(i * step), y: Math.round(HEIGHT * (1 - ns / highest) * 10) / 10 }));
  const last = points.at(-1) ?? { x: 0, y: 0 };
  return markup`<svg class="spark mode-${mode}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${medians.map(formatDuration).join(', ')}"><title>${medians.map(formatDuration).join(', ')}</title><polyline points="${points.map(({ x, y }) => `${String(x)},${String(y)}`).join(' ')}"/><circle cx="${last.x}" cy="${last.y}" r="2.5"/></svg>`;
};
