import { expect, it } from 'vitest';
import { isPrivateAddress, parseTarget, requireAuthorization, resolveTarget } from '../../src/target/external.ts';

it.each([
  ['localhost:8443', { host: 'localhost', port: 8443 }],
  ['example.test', { host: 'example.test', port: 443 }],
  ['127.0.0.1:1', { host: '127.0.0.1', port: 1 }],
  ['[::1]:8443', { host: '::1', port: 8443 }],
  ['[::1]', { host: '::1', port: 443 }],
  ['::1', { host: '::1', port: 443 }],
])('reads the target %s', (text, name) => {
  expect(parseTarget(text)).toEqual(name);
});

it.each(['', ':443', '[127.0.0.1]:1', 'a b:1', 'https://example.test', 'host:65536', 'host:', 'host:-1', 'host:1.5'])(
  'refuses the target %j by its name',
  (text) => {
    expect(() => parseTarget(text)).toThrow(`"${text}"`);
  },
);

it.each([
  ['127.8.9.1', true],
  ['10.0.0.1', true],
  ['172.16.0.1', true],
  ['172.32.0.1', false],
  ['192.168.1.1', true],
  ['169.254.1.1', true],
  ['8.8.8.8', false],
  ['::1', true],
  ['fd00::1', true],
  ['fe80::1', true],
  ['2001:db8::1', false],
  ['::ffff:127.0.0.1', true],
  ['::ffff:8.8.8.8', false],
])('knows whether %s may be loaded unasked: %s', (address, isPrivate) => {
  expect(isPrivateAddress(address)).toBe(isPrivate);
});

it('refuses a public address until it is authorized', () => {
  expect(() => {
    requireAuthorization('8.8.8.8', 'dns:443', false);
  }).toThrow(/dns:443 has the public address 8\.8\.8\.8/u);
  requireAuthorization('8.8.8.8', 'dns:443', true);
  requireAuthorization('127.0.0.1', 'localhost:443', false);
});

it('says of a name that is not known which it is', async () => {
  await expect(resolveTarget('no-such-host.invalid')).rejects.toThrow(/no-such-host\.invalid cannot be resolved/u);
});
