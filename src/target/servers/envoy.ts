import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { StartedProgram } from '../program/program.ts';
import type { ServerCounts } from '../server-counts.ts';
import { keyFilePerKey, type ServerRecipe } from './recipe.ts';

/** Envoy, whose TLS is BoringSSL's: in TLS 1.3 it resumes by tickets alone, so that a cache without tickets would be none there. */
export const envoy: ServerRecipe = {
  name: 'Envoy',
  programs: ['envoy'],
  packages: 'envoy (of apt.envoyproxy.io)',
  version: { args: ['--version'], pattern: /\/(\d+\.\d+\.\d+)[/-]/u },
  resumptions: [[], ['tickets'], ['cache', 'tickets']],
  settings: (program, resumption, keyFiles = []) => ({
    command: [program, '--config-path', 'envoy.json', '--concurrency', '1', '--log-level', 'error', '--disable-hot-restart'],
    files: { 'envoy.json': JSON.stringify(configuration(resumption, keyFiles), undefined, 2) },
  }),
  ticketKeyFiles: keyFilePerKey,
  account: { of: 'handshakes', by: 'counters', read: (program) => readCounters(program) },
};

const TYPE = 'type.googleapis.com/envoy.extensions';

const configuration = (resumption: readonly string[], keyFiles: readonly string[]): object => ({
  admin: { address: { pipe: { path: '{{folder}}/admin.sock' } } },
  static_resources: {
    listeners: [
      {
        name: 'tls',
        address: { socket_address: { address: '{{address}}', port_value: '{{port}}' } },
        filter_chains: [{ filters: [httpFilter()], transport_socket: transportSocket(resumption, keyFiles) }],
      },
    ],
  },
});

const transportSocket = (resumption: readonly string[], keyFiles: readonly string[]): object => ({
  name: 'tls',
  typed_config: {
    '@type': `${TYPE}.transport_sockets.tls.v3.DownstreamTlsContext`,
    ...(keyFiles.length > 0
      ? { session_ticket_keys: { keys: keyFiles.map((name) => ({ filename: `{{folder}}/${name}` })) } }
      : // Either this or keys: it takes no message with both.
        { disable_stateless_session_resumption: !resumption.includes('tickets') }),
    disable_stateful_session_resumption: !resumption.includes('cache'),
    common_tls_context: {
      tls_params: { tls_minimum_protocol_version: 'TLSv1_2', tls_maximum_protocol_version: 'TLSv1_3' },
      tls_certificates: [
        {
          certificate_chain: { filename: '{{folder}}/certificate.pem' },
          private_key: { filename: '{{folder}}/key.pem' },
        },
      ],
    },
  },
});

const httpFilter = (): object => ({
  name: 'http',
  typed_config: {
    '@type': `${TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'http',
    http_filters: [{ name: 'router', typed_config: { '@type': `${TYPE}.filters.http.router.v3.Router` } }],
    route_config: {
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          routes: [{ match: { prefix: '/' }, direct_response: { status: 200, body: { inline_string: 'ok\n' } } }],
        },
      ],
    },
  },
});

/** Lines such as `listener.127.0.0.1_4433.ssl.session_reused: 37998`. */
const readCounters = async ({ folder }: StartedProgram): Promise<ServerCounts> => {
  const path = '/stats?filter=^listener\\..*ssl\\.(handshake|session_reused)$';
  const stats = await new Promise<string>((resolve, reject) => {
    request({ socketPath: join(folder, 'admin.sock'), path }, (response) => {
      text(response).then(resolve, reject);
    })
      .once('error', reject)
      .end();
  });
  const valueOf = (name: string): number => Number(new RegExp(`ssl\\.${name}: (\\d+)`, 'u').exec(stats)?.[1] ?? 0);
  return { handshakes: valueOf('handshake'), resumed: valueOf('session_reused') };
};
