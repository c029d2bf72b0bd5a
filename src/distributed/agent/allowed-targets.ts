import { BlockList, isIP, isIPv4 } from 'node:net';
import { ResumarkError } from '../../domain/error.ts';
import { isPrivateAddress } from '../../target/authorization.ts';

/** Addresses that an agent lets itself be made to load, whatever its coordinator says. */
export class AllowedTargets {
  readonly #list: BlockList | undefined;
  readonly #written: readonly string[];

  /**
   * @param written addresses and networks (`203.0.113.7`, `198.51.100.0/24`); empty allows loopback and private addresses only.
   * @throws ResumarkError USAGE for what is neither.
   */
  constructor(written: readonly string[]) {
    this.#written = written;
    this.#list = written.length === 0 ? undefined : new BlockList();
    for (const one of written) this.#add(one);
  }

  allows(address: string): boolean {
    if (this.#list === undefined) return isPrivateAddress(address);
    return this.#list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  }

  toString(): string {
    return this.#written.length === 0 ? 'loopback and private addresses' : this.#written.join(', ');
  }

  #add(written: string): void {
    const [address = '', bits] = written.split('/');
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    if (family === 0 || (bits !== undefined && !/^\d{1,3}$/u.test(bits)) || Number(bits ?? 0) > most) {
      throw new ResumarkError(
        'USAGE',
        `--allow ${written} is neither an IP address nor a network.`,
        'Write 203.0.113.7 or 198.51.100.0/24; a name is resolved by the coordinator.',
      );
    }
    const type = family === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) this.#list?.addAddress(address, type);
    else this.#list?.addSubnet(address, Number(bits), type);
  }
}
