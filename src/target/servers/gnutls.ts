import type { ServerRecipe } from './recipe.ts';

/**
 * The test server of GnuTLS. In TLS 1.3 it resumes by tickets alone, so that a cache without tickets would be none there. It prints
 * every handshake, and those that it resumed once more.
 */
export const gnutls: ServerRecipe = {
  name: 'gnutls-serv',
  programs: ['gnutls-serv'],
  packages: 'gnutls-bin',
  version: { args: ['--version'], pattern: /gnutls-serv (\d[\w.]*)/u },
  resumptions: [[], ['tickets'], ['cache', 'tickets']],
  settings: (program, resumption) => ({
    command: [
      program,
      ...['--http', '--port', '{{port}}', '--disable-client-cert'],
      ...['--x509certfile', 'certificate.pem', '--x509keyfile', 'key.pem'],
      ...(resumption.includes('cache') ? [] : ['--nodb']),
      ...(resumption.includes('tickets') ? [] : ['--noticket']),
    ],
  }),
  account: {
    of: 'handshakes',
    by: 'log',
    file: 'output',
    handshake: /^- Version: TLS1\.[23]$/u,
    resumed: /^\*\*\* This is a resumed session$/u,
  },
};
