import { findProgram as find } from '../../src/target/program/find-program.ts';

/**
 * Finds a program of the machine, or `undefined` when it is missing; the test is then skipped, with the Debian package in its name.
 *
 * @throws where RESUMARK_REQUIRE_SERVERS is set, as in CI: there a skipped real-server test is a failure.
 */
export const findProgram = (name: string, debianPackage: string): string | undefined => {
  const found = find(name);
  if (found === undefined && process.env['RESUMARK_REQUIRE_SERVERS'] === '1') {
    throw new Error(`${name} is not installed, but this run must not skip tests: apt-get install ${debianPackage}`);
  }
  return found;
};
