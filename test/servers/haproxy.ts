import { join } from 'node:path';
import { HAPROXY_CONFIGURATION, haproxyCommand } from '../../src/target/servers/haproxy.ts';
import { startServerProgram, type ServerProgram } from './server-program.ts';
import { readAtRest } from './read-at-rest.ts';

export interface HaproxyOptions {
  /** False sets no-tls-tickets. */
  readonly tickets: boolean;
  /** Waits for a request, so that the client ends the connection; it ends every connection at once otherwise. */
  readonly waits?: boolean;
}

/** What HAProxy itself logged, by protocol. */
type HaproxyLog = Readonly<Record<string, { readonly full: number; readonly resumed: number }>>;

export interface Haproxy extends ServerProgram {
  readonly log: () => Promise<HaproxyLog>;
}

/** Starts a real HAProxy that logs each connection's protocol and whether it was resumed (`ssl_fc_is_resumed`). */
export const startHaproxy = async (program: string, { tickets, waits = false }: HaproxyOptions): Promise<Haproxy> => {
  const server = await startServerProgram({
    command: haproxyCommand(program),
    files: { 'haproxy.cfg': HAPROXY_CONFIGURATION },
    values: {
      sessions: '20000',
      tickets: tickets ? '' : 'no-tls-tickets',
      mode: waits ? 'http' : 'tcp',
      rule: waits ? 'http-request return status 204' : 'tcp-request content reject',
      log: LOG,
    },
  });
  return { ...server, log: async () => parseLog(await readAtRest(join(server.folder, 'output'))) };
};

const LOG = `log stdout format raw local0
    log-format "%[ssl_fc_protocol] %[ssl_fc_is_resumed]"`;

const parseLog = (text: string): HaproxyLog => {
  const log: Record<string, { full: number; resumed: number }> = {};
  for (const [, protocol = '', mark] of text.matchAll(/^(TLSv1\.[23]) ([01])$/gmu)) {
    const counts = (log[protocol] ??= { full: 0, resumed: 0 });
    if (mark === '1') counts.resumed += 1;
    else counts.full += 1;
  }
  return log;
};
