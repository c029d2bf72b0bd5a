import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { envoy } from '../../../src/target/servers/envoy.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resumark-envoy-'));
});
afterAll(() => rm(folder, { recursive: true }));

it.each([
  [[], { disable_stateless_session_resumption: true, disable_stateful_session_resumption: true }],
  [['tickets'], { disable_stateless_session_resumption: false, disable_stateful_session_resumption: true }],
  [['cache', 'tickets'], { disable_stateless_session_resumption: false, disable_stateful_session_resumption: false }],
] as const)('sets Envoy to the resumption %j, in JSON that is whole when its values are filled in', (resumption, expected) => {
  const { command, files } = envoy.settings('/usr/bin/envoy', resumption);
  expect(command.slice(0, 3)).toEqual(['/usr/bin/envoy', '--config-path', 'envoy.json']);
  const { static_resources: resources } = JSON.parse(files?.['envoy.json'] ?? '') as {
    readonly static_resources: { readonly listeners: readonly { readonly filter_chains: readonly object[] }[] };
  };
  expect(resources.listeners[0]?.filter_chains).toMatchObject([{ transport_socket: { typed_config: expected } }]);
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
