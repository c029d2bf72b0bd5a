import { expect, it } from 'vitest';
import { parseTarget, resolveAll, serverNameOf } from '../../src/target/endpoints.ts';

it.each([
  ['localhost:8443', { host: 'localhost', port: 8443 }],
  ['example.test', { host: 'example.test', port: 443 }],
  ['127.0.0.1:1', { host: '127.0.0.1', port: 1 }],
  ['[::1]:8443', { host: '::1', port: 8443 }],
  ['[::1]', { host: '::1', port: 443 }],
  ['::1', { host: '::1', port: 443 }],
  ['https://Example.test/path?q', { host: 'example.test', port: 443 }],
  ['https://127.0.0.1:8443/', { host: '127.0.0.1', port: 8443 }],
  ['https://[::1]:8443', { host: '::1', port: 8443 }],
  ['127.0.0.1:8443/', { host: '127.0.0.1', port: 8443 }],
  ['[fe80::1%lo]:443', { host: 'fe80::1%lo', port: 443 }],
  ['MÜNCHEN.test:1', { host: 'xn--mnchen-3ya.test', port: 1 }],
  ['dot.test.:1', { host: 'dot.test.', port: 1 }],
  ['under_score.test:1', { host: 'under_score.test', port: 1 }],
  ['127.1:1', { host: '127.0.0.1', port: 1 }],
])('reads the target %s', (text, name) => {
  expect(parseTarget(text)).toEqual(name);
});

it.each([
  '',
  ':443',
  '[127.0.0.1]:1',
  'a b:1',
  'http://example.test',
  'https://',
  'user@host:1',
  'https://user:word@host:1/',
  'host:65536',
  'host:',
  'host:-1',
  'host:1.5',
])('refuses the target %j by its name', (text) => {
  expect(() => parseTarget(text)).toThrow(`"${text}"`);
});

it('names the host that cannot be resolved', async () => {
  await expect(resolveAll({ host: 'no-such-host.invalid', port: 443 })).rejects.toThrow(
    /the host no-such-host\.invalid cannot be resolved/u,
  );
});

it('takes an address as it is', async () => {
  expect(await resolveAll({ host: '::1', port: 8443 })).toEqual([{ address: '::1', port: 8443 }]);
});

it('finds the addresses of a name, each once', async () => {
  const addresses = (await resolveAll({ host: 'localhost', port: 8443 })).map(({ address }) => address);
  expect(new Set(addresses).size).toBe(addresses.length);
  expect(['127.0.0.1', '::1']).toEqual(expect.arrayContaining(addresses));
});

it.each([
  ['Dot.Test.', 'dot.test'],
  ['münchen.test', 'xn--mnchen-3ya.test'],
  ['localhost', 'localhost'],
])('sends %s as the server name %s', (name, sent) => {
  expect(serverNameOf(name)).toBe(sent);
});
