import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BIN } from '../e2e/resumark.ts';

/** The built program, as a package of another version. */
export class OtherVersion {
  readonly bin: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.bin = join(folder, 'dist', 'bin.js');
  }

  static async create(version: string): Promise<OtherVersion> {
    const folder = await mkdtemp(join(tmpdir(), 'resumark-version-'));
    const built = dirname(BIN);
    await cp(built, join(folder, 'dist'), { recursive: true });
    await symlink(join(built, '..', 'node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'resumark', version, type: 'module' }));
    return new OtherVersion(folder);
  }

  close(): Promise<void> {
    return rm(this.#folder, { recursive: true });
  }
}
