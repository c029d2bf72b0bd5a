import type { Resumption } from '../../scenario/server-schema.ts';
import type { CertificatePair } from '../certificate-pair.ts';
import type { ProgramFiles, ProgramSettings, RunningProgram, StartedProgram } from '../program/program.ts';
import type { ServerCounts } from '../server-counts.ts';

/** A make of server: everything that is known of its program. */
export interface ServerRecipe {
  /** Names it in reports. */
  readonly name: string;
  /** File names under which it is installed. */
  readonly programs: readonly [string, ...string[]];
  /** Debian packages that bring it. */
  readonly packages: string;
  /** Arguments with which it prints its version, and where that stands in the output. */
  readonly version: { readonly args: readonly string[]; readonly pattern: RegExp };
  /** Every resumption that it can be set to offer, the most last. */
  readonly resumptions: readonly [OfferedResumption, ...OfferedResumption[]];
  /**
   * Renders what it needs to run with this resumption. The folder has certificate.pem, key.pem and both.pem.
   *
   * @param keyFiles names of the files with its ticket keys; without any it makes keys itself.
   */
  readonly settings: (
    program: string,
    resumption: OfferedResumption,
    keyFiles?: readonly string[],
  ) => Omit<ProgramSettings, 'address' | 'port'>;
  /**
   * Renders the files with the ticket keys that it is given; absent where it takes none. The names depend on the number of keys alone,
   * so that other keys can be written in their place while it runs.
   */
  readonly ticketKeyFiles?: ((keys: TicketKeys) => ProgramFiles) | undefined;
  readonly account: ServerAccount;
  /** Has it read its files again; `undefined` where it cannot, or not without being started anew. */
  readonly reload?: ((program: RunningProgram) => Promise<void>) | undefined;
  /** Has it take a certificate that is in its files already; `undefined` where it does at a reload. */
  readonly useCertificate?: ((program: RunningProgram, pair: CertificatePair) => Promise<void>) | undefined;
}

/** Keys of TICKET_KEY_BYTES: tickets are made with the first, and those made with one of the others are still taken. */
export type TicketKeys = readonly [Buffer, ...Buffer[]];

export type OfferedResumption = readonly Resumption[];

/** The server's own account of its handshakes: the lines of a log, or counters that it is asked for. */
export type ServerAccount = AccountScope &
  (
    | {
        readonly by: 'log';
        /** In the program's folder. */
        readonly file: string;
        /** The lines that stand for a finished handshake, full or resumed. */
        readonly handshake: RegExp;
        /** The lines that say that one was resumed: these same, or others. */
        readonly resumed: RegExp;
      }
    | { readonly by: 'counters'; readonly read: (program: StartedProgram) => Promise<ServerCounts> }
  );

interface AccountScope {
  /** `requests`: a handshake without an HTTP request is not in it. */
  readonly of: 'handshakes' | 'requests';
}

/** All four: what OpenSSL can. */
export const ANY_RESUMPTION = [[], ['cache'], ['tickets'], ['cache', 'tickets']] as const;

/** A file for each key, as nginx and Envoy want it. */
export const keyFilePerKey = (keys: TicketKeys): ProgramFiles =>
  Object.fromEntries(keys.map((key, index) => [`ticket-${String(index)}.key`, key]));
