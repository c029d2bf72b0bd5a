import type { Arena } from '../arena.ts';
import { IPPROTO_TCP, TCP_INFO, type Libc } from './libc.ts';

/** `struct tcp_info` as far as it is read, and fields of it in words of 32 bits (linux/tcp.h); newer kernels append. */
const INFO_BYTES = 104;
const RTT_WORD = 17;
const TOTAL_RETRANS_WORD = 25;

/** Reads what the kernel knows of a TCP connection; nothing is allocated per call. */
export class TcpInfo {
  readonly #libc: Libc;
  readonly #address: number;
  readonly #words: Uint32Array;
  /** Length of the structure, which the kernel overwrites. */
  readonly #length: Uint32Array;

  constructor(libc: Libc, arena: Arena) {
    const { bytes, address } = arena.allocate(INFO_BYTES + 8);
    this.#libc = libc;
    this.#address = address;
    this.#words = new Uint32Array(bytes.buffer, bytes.byteOffset, INFO_BYTES / 4);
    this.#length = new Uint32Array(bytes.buffer, bytes.byteOffset + INFO_BYTES, 1);
  }

  /** Reads a socket. @returns false where the kernel does not tell. */
  read(fd: number): boolean {
    this.#length[0] = INFO_BYTES;
    return (
      this.#libc.getsockopt(fd, IPPROTO_TCP, TCP_INFO, this.#address, this.#address + INFO_BYTES) === 0 &&
      this.#length[0] === INFO_BYTES
    );
  }

  /** The smoothed round trip; right after the connect it is that of the SYN, which no process of ours delays. 0 when unknown. */
  get rttNs(): number {
    return (this.#words[RTT_WORD] ?? 0) * 1000;
  }

  /** Segments that were sent again, the SYN among them. */
  get retransmissions(): number {
    return this.#words[TOTAL_RETRANS_WORD] ?? 0;
  }
}
