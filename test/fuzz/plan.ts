import type { KeyObject } from 'node:crypto';
import type { TestSuite } from './protection.ts';

/** What a test server does with a connection. */
export interface Plan {
  readonly protocol: 'TLSv1.2' | 'TLSv1.3';
  readonly suite: TestSuite;
  readonly group: number;
  readonly identity: ServerIdentity;
  /** Sessions that it knows, by ticket or session ID in hex; empty declines every offer. */
  readonly sessions: Map<string, KnownSession>;
  /** TLS 1.3: asks for another hello, with a key of its group, or with a cookie beside it. */
  readonly retry: 'none' | 'group' | 'cookie';
  readonly asksCertificate: boolean;
  readonly acceptsEarlyData: boolean;
  /** TLS 1.2. */
  readonly hasExtendedMasterSecret: boolean;
  /** NewSessionTicket messages. In TLS 1.2 at most one; with none the session has an ID. */
  readonly tickets: number;
  readonly ticketBytes: number;
  /**
   * Tells the tickets and session IDs of one connection from those of another; without it all are
   * alike, so that a case repeats itself.
   */
  readonly serial?: number;
  /** The longest text of a record, and whether the messages of a flight share records. */
  readonly recordBytes: number;
  readonly coalesces: boolean;
}

export interface ServerIdentity {
  /** DER. */
  readonly certificate: Buffer;
  readonly key: KeyObject;
}

/** What a server keeps of a session. */
export interface KnownSession {
  readonly secret: Buffer;
  readonly suite: TestSuite;
  readonly hasExtendedMasterSecret: boolean;
}

/** Changes what a server sends. The one that changes nothing is `HONEST`. */
export interface Tamper {
  /** What goes out in place of a handshake message, and what the server puts into its transcript. */
  message(message: Buffer): { readonly sent: readonly Buffer[]; readonly hashed: readonly Buffer[] };
  /** Zeros behind the text of the next protected record (TLS 1.3). */
  padding(): number;
  /** Told when the server has the client's Finished. */
  handshakeIsOver(): void;
  /** What goes out in place of a flight's records. */
  records(records: readonly Buffer[]): readonly Buffer[];
}

export const HONEST: Tamper = {
  message: (message) => ({ sent: [message], hashed: [message] }),
  padding: () => 0,
  handshakeIsOver: () => undefined,
  records: (records) => records,
};
