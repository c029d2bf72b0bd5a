import { Arena } from '../arena.ts';
import type { Engine } from '../engine.ts';
import type { Exchange } from '../reactor/tls-connection.ts';
import { openLibc } from '../reactor/libc.ts';
import { Reactor } from '../reactor/reactor.ts';
import { Receiver } from '../reactor/receiver.ts';
import { Sockets } from '../reactor/sockets.ts';
import { openLibrary, type NativeLibrary } from '../ffi.ts';
import { WireClient } from './client.ts';
import { WireConnection } from './connection.ts';
import { freePrimitives } from './crypto/primitives.ts';
import { openLibCrypto } from './library.ts';
import { openTestedPrimitives } from './self-test.ts';
import { makeWireContext } from './wire-context.ts';
import { Trust } from './trust.ts';

/** Most bytes that one receive brings: more than any first flight. */
const EXCHANGE_BYTES = 65_536;

export interface WireOptions {
  /** Look for events without sleeping. */
  readonly spin?: boolean;
}

/**
 * Opens the fast engine: our own TLS client handshake over the primitives of the OpenSSL inside the Node binary.
 *
 * @param library a test gives one that counts.
 * @throws ResumarkError ENGINE where it cannot run: no koffi, no Linux, or an OpenSSL whose primitives fail the self-test.
 */
export const openWireEngine = ({ spin = false }: WireOptions = {}, library: NativeLibrary = openLibrary(null)): Engine => {
  const lib = openLibCrypto(library);
  const arena = new Arena();
  const primitives = openTestedPrimitives(lib, arena);
  const libc = openLibc();
  const exchange: Exchange = { input: arena.allocate(EXCHANGE_BYTES), output: arena.allocate(EXCHANGE_BYTES) };
  const receiver = new Receiver({ libc, arena, input: exchange.input });
  const sockets = new Sockets({ libc, arena, receiver, spin });
  const trust = new Trust(library);
  const context = makeWireContext(primitives, exchange);
  const reactor = new Reactor({ sockets, exchange, newConnection: () => new WireConnection(context) });
  return {
    name: 'wire',
    library: `own handshake over ${lib.version}`,
    readsEveryHello: true,
    stamps: receiver.clock,
    tellsTurns: true,
    showsMessages: false,
    client: (settings) => new WireClient(settings, primitives, trust),
    run: (work) => {
      reactor.run(work);
      return Promise.resolve();
    },
    threadCpuNs: () => sockets.threadCpuNs(),
    close: () => {
      reactor.close();
      freePrimitives(primitives);
      trust.close();
      sockets.closeAll();
      arena.free();
    },
  };
};
