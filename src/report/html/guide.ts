import type { Mechanism } from '../../domain/kind.ts';
import type { Mode } from '../../domain/mode.ts';
import { markup, type Markup } from './markup.ts';
import type { ResultTable } from '../table.ts';

const MODE_READING: Readonly<Record<Mode, string>> = {
  full: 'No session is offered: certificate, signature and key exchange every time.',
  'session-id': 'TLS 1.2: the client sends a session ID, and the server looks the session up in its cache (RFC 5246).',
  ticket:
    'The client sends the session state back, encrypted by the server: RFC 5077 in TLS 1.2, a pre-shared key in TLS 1.3 (RFC 8446).',
  'early-data': 'A TLS 1.3 ticket with data in the first flight (0-RTT). It can be replayed.',
};

const MECHANISM_READING: Readonly<Record<Mechanism | 'mixed', string>> = {
  'session-id': "By its ID, from the server's cache.",
  ticket: 'By a TLS 1.2 ticket.',
  psk: 'By a TLS 1.3 ticket that contains the session state.',
  'psk-stateful': "By a TLS 1.3 ticket that is only a key into the server's cache.",
  mixed: 'By more than one mechanism.',
};

/** The legend of the page, for the words that appear on it. */
export const guideSection = ({ cells, table: { columns } }: ResultTable): Markup => {
  const modes = [...new Set(cells.map(({ mode }) => mode))];
  const mechanisms = [...new Set(cells.map(({ mechanism }) => mechanism))].filter((one) => one !== undefined);
  return markup`<section>
<h2>How to read it</h2>
<p class="lead">A mode is the kind of handshake that was requested. A handshake counts as honoured only if the evidence shows that it was of this kind; latencies cover honoured handshakes only.</p>
<dl class="facts card">
${modes.map((mode) => term(mode, MODE_READING[mode]))}
${mechanisms.map((mechanism) => term(`resumed by ${mechanism}`, MECHANISM_READING[mechanism]))}
${columns.filter(({ reading }) => reading !== '').map(({ head, reading }) => term(head, reading))}
${term('state', 'A target with its settings. States are comparable if they were measured interleaved, as here.')}
${term('-', 'Unknown, or nothing was measured. It never means 0.')}
</dl>
</section>`;
};

const term = (name: string, reading: string): Markup => markup`<dt>${name}</dt><dd>${reading}</dd>`;
