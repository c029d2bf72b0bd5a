import { once } from 'node:events';
import { connect } from 'node:tls';
import { expect, it } from 'vitest';
import { startReferenceServer, type ReferenceServer } from '../../../src/target/reference/reference-server.ts';

const request = async (
  server: ReferenceServer,
): Promise<{ readonly answer: string; readonly keyBits: number | undefined; readonly ms: number }> => {
  const startMs = performance.now();
  const socket = connect({ port: server.port, host: server.address, servername: 'localhost', ca: server.certificate });
  await once(socket, 'secureConnect');
  const ms = performance.now() - startMs;
  const { modulusLength } = socket.getPeerX509Certificate()?.publicKey.asymmetricKeyDetails ?? {};
  socket.write('GET / HTTP/1.1\r\n\r\n');
  let answer = '';
  for await (const piece of socket) answer += String(piece);
  return { answer, keyBits: modulusLength, ms };
};

it('answers, verified by its own certificate, with the key type that was asked for', async () => {
  for (const [keyType, bits] of [
    ['rsa-2048', 2048],
    ['ecdsa-p256', undefined],
  ] as const) {
    const server = await startReferenceServer({ keyType, resumption: [] });
    const { answer, keyBits } = await request(server);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/u);
    expect(keyBits).toBe(bits);
    expect(await server.counts()).toEqual({ handshakes: 1, resumed: 0 });
    await server.close();
  }
});

it('holds each handshake back by its delay', async () => {
  const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: [], delayMs: 150 });
  expect((await request(server)).ms).toBeGreaterThanOrEqual(149);
  await server.close();
});

it('says which port is taken', async () => {
  const first = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: [] });
  await expect(startReferenceServer({ keyType: 'ecdsa-p256', resumption: [], port: first.port })).rejects.toThrow(
    `cannot listen on port ${String(first.port)}: EADDRINUSE`,
  );
  await first.close();
});
