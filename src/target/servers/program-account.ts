import { join } from 'node:path';
import type { RunningProgram } from '../program/program.ts';
import type { ServerCounts } from '../server-counts.ts';
import { HandshakeLog } from './handshake-log.ts';
import type { ServerAccount } from './recipe.ts';

/** A program's own account of its handshakes, from its first start on. A log goes on where it ended; counters begin anew. */
export class ProgramAccount {
  readonly #account: ServerAccount;
  readonly #read: () => Promise<ServerCounts>;
  /** Counted before it was last started. */
  #before: ServerCounts = { handshakes: 0, resumed: 0 };

  constructor(account: ServerAccount, running: RunningProgram) {
    this.#account = account;
    if (account.by === 'counters') this.#read = () => account.read(running);
    else {
      const log = new HandshakeLog(join(running.folder, account.file), account);
      this.#read = () => log.read();
    }
  }

  async counts(): Promise<ServerCounts> {
    const { handshakes, resumed } = await this.#read();
    return { handshakes: this.#before.handshakes + handshakes, resumed: this.#before.resumed + resumed };
  }

  /** Keeps what would be lost with the program, which is about to end. */
  async keep(): Promise<void> {
    if (this.#account.by === 'counters') this.#before = await this.counts();
  }
}
