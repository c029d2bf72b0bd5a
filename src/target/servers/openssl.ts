import { ANY_RESUMPTION, type ServerRecipe } from './recipe.ts';

/** `openssl s_server`: one connection at a time, and no answer to a request. It prints every handshake, and those that it resumed once more. */
export const openssl: ServerRecipe = {
  name: 'openssl s_server',
  programs: ['openssl'],
  packages: 'openssl',
  version: { args: ['version'], pattern: /^OpenSSL (\d[\w.]*)/mu },
  resumptions: ANY_RESUMPTION,
  settings: (program, resumption) => ({
    command: [
      ...sServerCommand(program),
      ...(resumption.includes('cache') ? [] : ['-no_cache']),
      ...(resumption.includes('tickets') ? [] : ['-no_ticket']),
    ],
  }),
  account: {
    of: 'handshakes',
    by: 'log',
    file: 'output',
    handshake: /^CIPHER is /u,
    resumed: /^Reused session-id$/u,
  },
};

export const sServerCommand = (program: string): [string, ...string[]] => [
  program,
  ...['s_server', '-accept', '{{address}}:{{port}}', '-cert', 'certificate.pem', '-key', 'key.pem'],
];
