import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian installs servers where a user's PATH does not look. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

/**
 * Where a program of the machine is, or `undefined` when it is missing; the test is then skipped, with the Debian package in its name.
 *
 * @throws where RESUMARK_REQUIRE_SERVERS is set, as in CI: there a skipped real-server test is a failure.
 */
export const findProgram = (name: string, debianPackage: string): string | undefined => {
  const found = FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined && process.env['RESUMARK_REQUIRE_SERVERS'] === '1') {
    throw new Error(`${name} is not installed, but this run must not skip tests: apt-get install ${debianPackage}`);
  }
  return found;
};
