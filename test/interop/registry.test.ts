import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { suiteName } from '../../src/tls/registry.ts';
import { findProgram } from '../servers/require-program.ts';

const program = findProgram('openssl', 'openssl');

/** Suites that need no certificate, or are of a country's own, have no name here. */
const LEFT_OUT = /PSK|SRP|GOST/u;

describe.skipIf(program === undefined)(`openssl${program === undefined ? ', which is not installed' : ''}`, () => {
  it('calls every suite as it is called here', async () => {
    const { stdout } = await promisify(execFile)(program ?? '', ['ciphers', '-V', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0']);
    const suites = [...stdout.matchAll(/0x(..),0x(..) - (\S+)/gu)].filter(([, , , name = '']) => !LEFT_OUT.test(name));
    expect(suites.length).toBeGreaterThan(50);
    const ours = suites.map(([, high = '', low = '']) => suiteName(Number.parseInt(high + low, 16)));
    expect(ours).toEqual(suites.map(([, , , name]) => name));
  });
});
