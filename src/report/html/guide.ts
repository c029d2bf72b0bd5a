import type { Mechanism } from '../../domain/kind.ts';
import type { Mode } from '../../domain/mode.ts';
import { markup, type Markup } from './markup.ts';
import type { ResultTable } from '../table.ts';

const MODE_READING: Readonly<Record<Mode, string>> = {
  full: 'No session is offered: certificate, signature and key exchange, every time.',
  'session-id': 'TLS 1.2: the client names a session and the server finds it in its cache (RFC 5246).',
  ticket: 'The client brings the state, encrypted by the server: RFC 5077 in TLS 1.2, a pre-shared key in TLS 1.3 (RFC 8446).',
  'early-data': 'A TLS 1.3 ticket with data in the first flight (0-RTT). It can be replayed.',
};

const MECHANISM_READING: Readonly<Record<Mechanism | 'mixed', string>> = {
  'session-id': "By its ID, out of the server's cache.",
  ticket: 'By a TLS 1.2 ticket.',
  psk: 'By a TLS 1.3 ticket that holds the state itself.',
  'psk-stateful': "By a TLS 1.3 ticket that is only a key into the server's cache.",
  mixed: 'By more than one mechanism.',
};

/** How to read the page: only the words that stand on it. */
export const guideSection = ({ cells, table: { columns } }: ResultTable): Markup => {
  const modes = [...new Set(cells.map(({ mode }) => mode))];
  const mechanisms = [...new Set(cells.map(({ mechanism }) => mechanism))].filter((one) => one !== undefined);
  return markup`<section>
<h2>How to read it</h2>
<p class="lead">A mode is what was asked for. A handshake counts as honoured only when the evidence shows that it was just that; no other enters a latency.</p>
<dl class="facts card">
${modes.map((mode) => term(mode, MODE_READING[mode]))}
${mechanisms.map((mechanism) => term(`resumed by ${mechanism}`, MECHANISM_READING[mechanism]))}
${columns.filter(({ reading }) => reading !== '').map(({ head, reading }) => term(head, reading))}
${term('state', 'A target with its settings. Two states are compared only when they were measured in turns, as here.')}
${term('-', 'Not known, or nothing to measure. It is never a 0.')}
</dl>
</section>`;
};

const term = (name: string, reading: string): Markup => markup`<dt>${name}</dt><dd>${reading}</dd>`;
