import { ALERT, CHANGE_CIPHER_SPEC, HANDSHAKE } from '../../tls/numbers.ts';
import type { SeenMessage } from '../../tls/seen-message.ts';
import { nowNs } from '../clock.ts';
import { copyFrom, registerCallback, type NativeCallback } from '../ffi.ts';
import type { Attempt } from '../engine.ts';
import { SSL_CTRL_SET_STATUS_REQUEST, STATUS_TYPE_OCSP, type OpenSsl } from './library.ts';

type MessageListener = (message: SeenMessage) => void;

/** What libssl shows beside these are heads of records and inner content types. */
const TYPES: Readonly<Record<number, SeenMessage['type']>> = {
  [CHANGE_CIPHER_SPEC]: 'change-cipher-spec',
  [ALERT]: 'alert',
  [HANDSHAKE]: 'handshake',
};

/** Shows the messages of those connections that are watched: libssl calls one function of ours for all of them. */
export class MessageWatch {
  readonly #openssl: OpenSsl;
  readonly #listeners = new Map<number, MessageListener>();
  #callback: NativeCallback | undefined;

  constructor(openssl: OpenSsl) {
    this.#openssl = openssl;
  }

  /** Begins with what the attempt wants to see. */
  begin(connection: number, { onMessage, asksForStaple }: Attempt): void {
    if (asksForStaple === true) this.#openssl.ssl.SSL_ctrl(connection, SSL_CTRL_SET_STATUS_REQUEST, STATUS_TYPE_OCSP, 0);
    if (onMessage !== undefined) this.#listen(connection, onMessage);
  }

  #listen(connection: number, listener: MessageListener): void {
    this.#callback ??= registerCallback(PROTOTYPE, (isOurs, _version, type, address, length, ssl) => {
      this.#show(Number(ssl), {
        from: isOurs === 1 ? 'client' : 'server',
        type: TYPES[Number(type)],
        bytes: () => copyFrom(Number(address), Number(length)),
      });
    });
    this.#listeners.set(connection, listener);
    this.#openssl.ssl.SSL_set_msg_callback(connection, this.#callback.pointer);
  }

  end(connection: number): void {
    if (this.#listeners.size > 0) this.#listeners.delete(connection);
  }

  close(): void {
    this.#listeners.clear();
    this.#callback?.close();
    this.#callback = undefined;
  }

  #show(
    connection: number,
    { from, type, bytes }: Pick<SeenMessage, 'from'> & { type: SeenMessage['type'] | undefined; bytes: () => Uint8Array },
  ): void {
    const listener = this.#listeners.get(connection);
    if (listener === undefined || type === undefined) return;
    listener({ from, type, bytes: bytes(), atNs: nowNs() });
  }
}

const PROTOTYPE =
  'void OnMessage(int ours, int version, int type, uintptr_t bytes, size_t length, uintptr_t ssl, uintptr_t argument)';
