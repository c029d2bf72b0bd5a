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

  /** Returns the round trip of the SYN, right after the connect; `undefined` where the kernel does not tell, or had to send it again. */
  synRoundTripNs(fd: number): number | undefined {
    if (!this.#read(fd)) return undefined;
    const rttNs = this.#word(RTT_WORD) * 1000;
    return rttNs > 0 && this.#word(TOTAL_RETRANS_WORD) === 0 ? rttNs : undefined;
  }

  /** Counts the segments that were sent again, the SYN among them; 0 where the kernel does not tell. */
  retransmissions(fd: number): number {
    return this.#read(fd) ? this.#word(TOTAL_RETRANS_WORD) : 0;
  }

  #read(fd: number): boolean {
    this.#length[0] = INFO_BYTES;
    const result = this.#libc.getsockopt(fd, IPPROTO_TCP, TCP_INFO, this.#address, this.#address + INFO_BYTES);
    return result === 0 && this.#length[0] === INFO_BYTES;
  }

  #word(index: number): number {
    return this.#words[index] ?? 0;
  }
}
