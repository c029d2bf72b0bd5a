import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ProgramSettings } from '../../../src/target/program/program.ts';
import { envoy } from '../../../src/target/servers/envoy.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resumark-envoy-'));
});
afterAll(() => rm(folder, { recursive: true }));

const contextOf = ({ files }: Pick<ProgramSettings, 'files'>): object => {
  const { static_resources: resources } = JSON.parse(String(files?.['envoy.json'])) as {
    readonly static_resources: {
      readonly listeners: readonly {
        readonly filter_chains: readonly { readonly transport_socket: { readonly typed_config: object } }[];
      }[];
    };
  };
  return resources.listeners[0]?.filter_chains[0]?.transport_socket.typed_config ?? {};
};

it.each([
  [[], { disable_stateless_session_resumption: true, disable_stateful_session_resumption: true }],
  [['tickets'], { disable_stateless_session_resumption: false, disable_stateful_session_resumption: true }],
  [['cache', 'tickets'], { disable_stateless_session_resumption: false, disable_stateful_session_resumption: false }],
] as const)('sets Envoy to the resumption %j, in JSON that is whole when its values are filled in', (resumption, expected) => {
  const settings = envoy.settings('/usr/bin/envoy', resumption);
  expect(settings.command.slice(0, 3)).toEqual(['/usr/bin/envoy', '--config-path', 'envoy.json']);
  expect(contextOf(settings)).toMatchObject(expected);
});

it('gives Envoy ticket keys, the newest first, and then does not say beside them whether it has tickets', () => {
  const keys = [Buffer.alloc(80, 1), Buffer.alloc(80, 2)] as const;
  const files = envoy.ticketKeyFiles?.(keys);
  expect(files).toEqual({ 'ticket-0.key': keys[0], 'ticket-1.key': keys[1] });
  const context = contextOf(envoy.settings('/usr/bin/envoy', ['tickets'], Object.keys(files ?? {})));
  const filenames = ['{{folder}}/ticket-0.key', '{{folder}}/ticket-1.key'];
  expect(context).toMatchObject({ session_ticket_keys: { keys: filenames.map((filename) => ({ filename })) } });
  expect(context).not.toHaveProperty('disable_stateless_session_resumption');
});

it("reads Envoy's counters of its listener", async () => {
  const stats = 'listener.127.0.0.1_4433.ssl.handshake: 50001\nlistener.127.0.0.1_4433.ssl.session_reused: 37998\n';
  const server = createServer((_, response) => response.end(stats)).listen(join(folder, 'admin.sock'));
  await once(server, 'listening');
  if (envoy.account.by !== 'counters') throw new Error('it has counters');
  const counts = await envoy.account.read({ folder, address: '127.0.0.1', port: 4433, pid: 1 });
  expect(counts).toEqual({ handshakes: 50_001, resumed: 37_998 });
  server.close();
});
