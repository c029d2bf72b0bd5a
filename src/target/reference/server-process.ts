import { ResumarkError } from '../../domain/error.ts';
import { endWithParent } from '../end-with-parent.ts';
import { openNativeParts, type NativeParts } from './libssl/library.ts';
import { startLibsslServer } from './libssl/server.ts';
import { startNodeServer } from './node-server.ts';
import type { RunningServer } from './running-server.ts';
import type { ServerOptions, ServerRequest, ServerResponse } from './server-messages.ts';

/*
 * The reference server, in its own process so that its CPU time can be measured: on libssl through the FFI, and on node:tls where
 * native functions cannot be called.
 */

let running: RunningServer | undefined;

const listen = async (options: ServerOptions): Promise<void> => {
  try {
    running = await startServer(options);
    const { address, port, library } = running;
    tell({ type: 'listening', address, port, library });
  } catch (error) {
    if (error instanceof ResumarkError) tell({ type: 'refused', message: error.message });
    else tell({ type: 'unreachable', code: (error as NodeJS.ErrnoException).code ?? String(error) });
  }
};

const startServer = async (options: ServerOptions): Promise<RunningServer> => {
  const parts = options.onNodeTls ? undefined : nativeParts();
  return parts === undefined ? startNodeServer(options) : startLibsslServer(parts, options);
};

/** `undefined` where native functions cannot be called. */
const nativeParts = (): NativeParts | undefined => {
  try {
    return openNativeParts();
  } catch (error) {
    if (error instanceof ResumarkError && error.code === 'ENGINE') return undefined;
    throw error;
  }
};

const tell = (response: ServerResponse): void => {
  process.send?.(response);
};

process.on('message', (request: ServerRequest) => {
  switch (request.type) {
    case 'listen':
      void listen(request.options);
      return;
    case 'count':
      tell({ type: 'counts', counts: running?.counts() ?? { handshakes: 0, resumed: 0 } });
      return;
    case 'rotate':
      running?.rotate();
      tell({ type: 'done' });
      return;
    case 'renew':
      running?.renew(request.hosts);
      tell({ type: 'done' });
      return;
  }
});

endWithParent();
