import { registerCallback } from '../../../engine/ffi.ts';
import { SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, type ServerSsl } from './library.ts';

/** SSL_TLSEXT_ERR_OK: the handshake goes on, and the ServerHello says that the name was taken. */
const NAME_TAKEN = 0;

/** Has the context of a name serve the clients that ask for it. */
export const chooseByName = ({ server, serverName }: ServerSsl, context: number, contexts: ReadonlyMap<string, number>): void => {
  if (contexts.size === 0) return;
  const choose = (connection: number): number => {
    const chosen = contexts.get(serverName(connection) ?? '');
    if (chosen !== undefined) server.SSL_set_SSL_CTX(connection, chosen);
    return NAME_TAKEN;
  };
  const { pointer } = registerCallback('int ServerName(uintptr_t ssl, uintptr_t alert, uintptr_t argument)', (connection) =>
    choose(Number(connection)),
  );
  server.SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, pointer);
};
