import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';
import { ResumarkError } from '../domain/error.ts';

/** A native function. Pointers are plain numbers on both ways: no object is made for a call. */
export type NativeFunction = (...args: (number | bigint | string | null)[]) => number;

/** A script function that native code calls, on this thread and before the native call returns. */
export interface NativeCallback {
  readonly pointer: bigint;
  close(): void;
}

/** A shared library whose functions are bound by their C prototype. */
export interface NativeLibrary {
  /** @throws ResumarkError ENGINE when the library has no such function. */
  bind(prototype: string): NativeFunction;
  /** A function that gives a C string, or null. */
  bindText(prototype: string): (...args: (number | bigint)[]) => string | null;
  /** Returns the address of a function, for native code to call. @throws ResumarkError ENGINE when there is none. */
  addressOf(name: string): number;
}

/** Memory that native code and script share: a Buffer that the garbage collector never moves, and where it lies. */
export interface NativeMemory {
  readonly bytes: Buffer;
  readonly address: number;
}

/** Returns a view of memory in words of 32 bits. */
export const wordsOf = ({ bytes }: NativeMemory): Uint32Array =>
  new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);

/** Memory that is not the garbage collector's: it lives until it is given back. */
export interface ReservedMemory extends NativeMemory {
  /** Gives the content back. Whoever reads it all the same reads zeros: the addresses stay mapped, so that nothing crashes. */
  giveBack(): void;
}

/**
 * Opens a shared library; `null` is the program itself, and so the OpenSSL inside the Node binary.
 *
 * The one importer of koffi, an optional dependency: it has binaries for the common platforms, not for all.
 *
 * @throws ResumarkError ENGINE when koffi is missing here or the library cannot be opened.
 */
export const openLibrary = (path: string | null): NativeLibrary => {
  const koffi = requireKoffi();
  let library: Koffi.LibraryHandle;
  try {
    // Deep: a libssl beside the one inside Node must find its own libcrypto, not Node's functions of the same names.
    library = koffi.load(path, path === null ? {} : { deep: true });
  } catch (error) {
    throw new ResumarkError('ENGINE', `the library ${path ?? 'of node itself'} cannot be opened: ${messageOf(error)}.`);
  }
  return {
    bind: (prototype) => found(() => library.func(prototype)),
    bindText: (prototype) => found(() => library.func(prototype)),
    addressOf: (name) => found(() => Number(koffi.address(library.symbol(name)))),
  };
};

/** A Node that is built in another way, or linked to another library, may lack a function: then another engine serves. */
const found = <Found>(find: () => Found): Found => {
  try {
    return find();
  } catch (error) {
    throw new ResumarkError('ENGINE', `a native function is missing here: ${messageOf(error)}.`);
  }
};

/**
 * Reserves shared memory below 2 GiB, where Linux on x64 has some, and elsewhere allocates it. An address down there is a small integer to
 * V8, which neither boxes nor converts it on its way into a native function: with what a handshake calls, that is 5 % of a resumed one.
 */
export const reserve = (size: number): ReservedMemory => {
  const calls = pages();
  const address = calls?.map(0, size, READ_AND_WRITE, PRIVATE_ANONYMOUS_LOW, -1, 0) ?? FAILED;
  if (calls === undefined || address === FAILED) return { ...allocate(size), giveBack: () => undefined };
  return {
    bytes: Buffer.from(requireKoffi().view(BigInt(address), size)),
    address,
    giveBack: () => {
      calls.advise(address, size, DONT_NEED);
    },
  };
};

/** PROT_READ | PROT_WRITE */
const READ_AND_WRITE = 3;

/** MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT; the last is of x64 alone, and no other platform has its bit. */
const PRIVATE_ANONYMOUS_LOW = 0x62;

/** MAP_FAILED */
const FAILED = -1;

/** MADV_DONTNEED */
const DONT_NEED = 4;

interface Pages {
  readonly map: NativeFunction;
  readonly advise: NativeFunction;
}

let boundPages: Pages | undefined;

/** `undefined` where the C library is not that of Linux. */
const pages = (): Pages | undefined => (boundPages ??= bindPages());

const bindPages = (): Pages | undefined => {
  if (process.platform !== 'linux') return undefined;
  try {
    const library = openLibrary('libc.so.6');
    return {
      map: library.bind('intptr_t mmap(uintptr_t address, size_t length, int protection, int flags, int fd, intptr_t offset)'),
      advise: library.bind('int madvise(uintptr_t address, size_t length, int advice)'),
    };
  } catch {
    return undefined;
  }
};

/** Allocates shared memory; it lives as long as the Buffer is referred to. */
export const allocate = (size: number): NativeMemory => {
  const bytes = Buffer.from(new ArrayBuffer(size));
  return { bytes, address: Number(requireKoffi().address(bytes)) };
};

/** Text as C reads it, in memory that lives as long as its Buffer is referred to. */
export const cString = (text: string): NativeMemory => {
  const bytes = Buffer.from(`${text}\0`);
  const memory = allocate(bytes.length);
  bytes.copy(memory.bytes);
  return memory;
};

/** Makes a function of ours callable by native code, until it is closed. Expensive: not for hot paths. */
export const registerCallback = (prototype: string, call: (...args: unknown[]) => unknown): NativeCallback => {
  const koffi = requireKoffi();
  let type = callbackTypes.get(prototype);
  if (type === undefined) callbackTypes.set(prototype, (type = koffi.pointer(koffi.proto(prototype))));
  const registered = koffi.register(call, type);
  return {
    pointer: registered,
    close: () => {
      koffi.unregister(registered);
    },
  };
};

/** koffi keeps a type for ever, and takes its name once. */
const callbackTypes = new Map<string, Koffi.TypeObject>();

/** Copies bytes out of native memory that no Buffer of ours covers. */
export const copyFrom = (address: number, size: number): Buffer =>
  Buffer.from(requireKoffi().decode(BigInt(address), requireKoffi().array('uint8_t', size, 'Typed')) as Uint8Array);

/** The C library's error number of this thread's last native call. */
export const lastErrno = (): number => requireKoffi().errno();

let loaded: typeof Koffi | undefined;

const requireKoffi = (): typeof Koffi => {
  if (loaded !== undefined) return loaded;
  try {
    loaded = createRequire(import.meta.url)('koffi') as typeof Koffi;
    return loaded;
  } catch (error) {
    const why = isMissing(error) ? 'is not installed (npm install koffi)' : `does not load: ${messageOf(error)}`;
    throw new ResumarkError(
      'ENGINE',
      `native functions cannot be called here, since the optional dependency koffi ${why}.`,
      'Engine node runs without it: --engine node.',
    );
  }
};

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';

const messageOf = (error: unknown): string => (error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
