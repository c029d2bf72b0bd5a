import { allocate, openLibrary } from '../src/engine/ffi.ts';

const RUSAGE_CHILDREN = -1;

const getrusage = openLibrary('libc.so.6').bind('int getrusage(int who, uintptr_t usage)');
/** `struct rusage` begins with user and system time as seconds and microseconds. */
const usage = allocate(144);

/** CPU time, user and system, of all children that have ended and were waited for. */
export const endedChildrenCpuNs = (): number => {
  if (getrusage(RUSAGE_CHILDREN, usage.address) !== 0) throw new Error('getrusage does not tell of ended children');
  const word = (index: number): number => Number(usage.bytes.readBigInt64LE(index * 8));
  return (word(0) + word(2)) * 1e9 + (word(1) + word(3)) * 1e3;
};
