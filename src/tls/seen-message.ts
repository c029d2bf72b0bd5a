/** A message of one connection as the TLS library saw it: decrypted, and whole. */
export interface SeenMessage {
  readonly from: 'client' | 'server';
  readonly type: 'handshake' | 'alert' | 'change-cipher-spec';
  /** With its head. May hold a ticket: never written to a result as it is. */
  readonly bytes: Uint8Array;
  /** On the engines' common clock. */
  readonly atNs: number;
}
