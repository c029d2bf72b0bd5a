import type { ServerRecipe } from './recipe.ts';

/** Caddy, whose TLS is the one of Go: it has no session cache. Its log is of requests. */
export const caddy: ServerRecipe = {
  name: 'Caddy',
  programs: ['caddy'],
  packages: 'caddy',
  // Debian's build prints no more than that it is a development version.
  version: { args: ['version'], pattern: /^v?(\d[\w.-]*)/mu },
  resumptions: [[], ['tickets']],
  settings: (program, resumption) => ({
    command: [program, 'run', '--config', 'caddy.json'],
    files: { 'caddy.json': JSON.stringify(configuration(resumption.includes('tickets')), undefined, 2) },
    // It keeps certificates, locks and a copy of its configuration in the folders of its user.
    environment: { HOME: '{{folder}}', XDG_DATA_HOME: '{{folder}}', XDG_CONFIG_HOME: '{{folder}}' },
  }),
  account: {
    of: 'requests',
    by: 'log',
    file: 'requests.log',
    handshake: /"resumed":(?:true|false)/u,
    resumed: /"resumed":true/u,
  },
};

const configuration = (hasTickets: boolean): object => ({
  admin: { disabled: true, config: { persist: false } },
  logging: {
    logs: {
      requests: {
        writer: { output: 'file', filename: '{{folder}}/requests.log', roll: false },
        encoder: { format: 'json' },
        include: ['http.log.access'],
      },
      default: { exclude: ['http.log.access'] },
    },
  },
  apps: {
    http: {
      servers: {
        tls: {
          listen: ['{{address}}:{{port}}'],
          automatic_https: { disable: true },
          tls_connection_policies: [{}],
          routes: [{ handle: [{ handler: 'static_response', body: 'ok\n' }] }],
          logs: {},
        },
      },
    },
    tls: {
      certificates: { load_files: [{ certificate: 'certificate.pem', key: 'key.pem' }] },
      session_tickets: { disabled: !hasTickets },
    },
  },
});
