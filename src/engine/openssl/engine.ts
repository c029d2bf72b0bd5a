import { Arena } from '../arena.ts';
import type { Engine } from '../engine.ts';
import { openLibrary, type NativeLibrary } from '../ffi.ts';
import { refuseShortcuts } from '../shortcuts.ts';
import type { Exchange } from '../reactor/tls-connection.ts';
import { openLibc } from '../reactor/libc.ts';
import { Reactor } from '../reactor/reactor.ts';
import { Receiver } from '../reactor/receiver.ts';
import { Sockets } from '../reactor/sockets.ts';
import { Contexts } from './context.ts';
import { OpenSslConnection } from './connection.ts';
import { bindOpenSsl } from './library.ts';
import { MessageWatch } from './message-watch.ts';

/** Most bytes that one receive brings: more than any first flight. */
const EXCHANGE_BYTES = 65_536;

export interface OpenSslOptions {
  /** Path of a libssl of OpenSSL 3, `null` for Node's own. */
  readonly libssl?: string | null;
  /** Look for events without sleeping. */
  readonly spin?: boolean;
}

/**
 * Opens the engine on libssl: the OpenSSL inside the Node binary, or another.
 *
 * @param library a test gives one that counts.
 * @throws ResumarkError ENGINE where it cannot run: no koffi, no Linux, no such library.
 */
export const openOpenSslEngine = (
  { libssl = null, spin = false }: OpenSslOptions = {},
  library: NativeLibrary = openLibrary(libssl),
): Engine => {
  const openssl = bindOpenSsl(library);
  const arena = new Arena();
  const libc = openLibc();
  const exchange: Exchange = { input: arena.allocate(EXCHANGE_BYTES), output: arena.allocate(EXCHANGE_BYTES) };
  const receiver = new Receiver({ libc, arena, input: exchange.input });
  const sockets = new Sockets({ libc, arena, receiver, spin });
  const contexts = new Contexts(openssl);
  const messages = new MessageWatch(openssl);
  const reactor = new Reactor({ sockets, exchange, newConnection: () => new OpenSslConnection(openssl, exchange, messages) });
  return {
    name: 'openssl',
    library: `${openssl.version} through FFI`,
    readsEveryHello: true,
    stamps: receiver.clock,
    tellsTurns: true,
    showsMessages: true,
    client: (settings) => {
      refuseShortcuts('openssl', settings);
      return contexts.client(settings);
    },
    run: (work) => {
      reactor.run(work);
      return Promise.resolve();
    },
    threadCpuNs: () => sockets.threadCpuNs(),
    close: () => {
      reactor.close();
      contexts.close();
      messages.close();
      sockets.closeAll();
      arena.free();
    },
  };
};
