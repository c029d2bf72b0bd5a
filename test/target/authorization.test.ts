import { expect, it } from 'vitest';
import { isPrivateAddress, requireAuthorization } from '../../src/target/authorization.ts';

it.each([
  ['127.8.9.1', true],
  ['10.0.0.1', true],
  ['172.16.0.1', true],
  ['172.32.0.1', false],
  ['192.168.1.1', true],
  ['169.254.1.1', true],
  ['169.254.169.254', false],
  ['fd00:ec2::254', false],
  ['::ffff:169.254.169.254', false],
  ['fe80::1%lo', true],
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
    requireAuthorization('8.8.8.8', 'dns:443', { authorized: false, to: 'load' });
  }).toThrow(/dns:443 has the public address 8\.8\.8\.8/u);
  requireAuthorization('8.8.8.8', 'dns:443', { authorized: true, to: 'load' });
  requireAuthorization('127.0.0.1', 'localhost:443', { authorized: false, to: 'load' });
});

it.each([
  ['169.254.169.254', /the cloud metadata address 169\.254\.169\.254/u],
  ['100.64.0.1', /the shared \(carrier-grade NAT\) address/u],
  ['239.1.2.3', /the multicast address/u],
  ['0.0.0.0', /on which a server listens but which is no place to connect to/u],
  ['::', /on which a server listens/u],
])('calls %s what it is', (address, message) => {
  expect(() => {
    requireAuthorization(address, 'edge:443', { authorized: false, to: 'load' });
  }).toThrow(message);
});
