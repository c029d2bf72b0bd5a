import { z } from '../domain/zod.ts';

/** The request that a client sends after its handshake. */
export type RequestSetting = { readonly kind: 'byte' } | { readonly kind: 'http'; readonly path: string };

/** Longer ones would not fit into the early data that servers accept. */
const LONGEST_PATH = 2048;

/** A request: `byte`, `http`, or the path of an HTTP request. */
export const request: z.ZodType<RequestSetting, string> = z
  .string('must be byte, http, or a path such as /health')
  .transform((value, context) => {
    if (value === 'byte') return { kind: 'byte' } as const;
    if (value === 'http') return { kind: 'http', path: '/' } as const;
    if (/^\/[!-~]*$/u.test(value) && value.length <= LONGEST_PATH) return { kind: 'http', path: value } as const;
    context.addIssue('must be byte, http, or a path such as /health');
    return z.NEVER;
  });

/** The bytes of a request. The host is the server's name, or its address. */
export const requestText = (setting: RequestSetting, host: string): string =>
  setting.kind === 'byte'
    ? // A line break: line-based servers, HTTP ones included, skip it as an empty line.
      '\n'
    : `GET ${setting.path} HTTP/1.1\r\nHost: ${host.includes(':') ? `[${host}]` : host}\r\nUser-Agent: resumark\r\nConnection: close\r\n\r\n`;
