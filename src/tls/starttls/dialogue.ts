import type { StartTls } from '../../domain/starttls.ts';
import { ldap, postgres } from './binary-talks.ts';
import type { Question, Talk } from './talk.ts';
import { ftp, imap, pop3, smtp } from './text-talks.ts';

/** The place at which a dialogue is. `failed` has the reason: `refused 454 TLS not available`, or one of {@link DialogueFault}. */
export type DialogueStep =
  | { readonly state: 'talking'; readonly send: Buffer }
  | { readonly state: 'ready' }
  | { readonly state: 'failed'; readonly reason: string };

/**
 * Faults of a server in the plaintext dialogue.
 *
 * - `injected`: bytes in plaintext follow the answer after which only TLS may come. A client that keeps them takes what anybody on the
 *   way has written for what the server says under encryption (CVE-2011-0411, CVE-2021-23222).
 * - `too-long`: an answer does not end.
 */
type DialogueFault = 'injected' | 'too-long';

/** No answer of such a server is longer: capability lists have a few hundred bytes. */
const MOST_BYTES = 65_536;

const NOTHING = Buffer.alloc(0);

/**
 * The plaintext dialogue in which a client asks for TLS, without its I/O: takes what the server says in pieces of any size, and returns
 * what to send. It never sends a name, a password or anything else of a user.
 */
export class Dialogue {
  readonly #talk: Talk;
  #received = NOTHING;
  #question: Question = { send: '', answerEnd: () => undefined };

  constructor(protocol: StartTls) {
    this.#talk = TALKS[protocol]();
  }

  /** Must be called first: in some protocols the client speaks first. */
  begin(): DialogueStep {
    return this.#advance(this.#talk.next(NOTHING));
  }

  /** Takes bytes of the server. */
  receive(bytes: Uint8Array): DialogueStep {
    this.#received = Buffer.concat([this.#received, bytes]);
    const end = this.#question.answerEnd(this.#received);
    if (end === undefined) return this.#received.length > MOST_BYTES ? fault('too-long') : { state: 'talking', send: NOTHING };
    const answer = this.#received.subarray(0, end);
    this.#received = this.#received.subarray(end);
    return this.#advance(this.#talk.next(answer));
  }

  #advance(turn: IteratorResult<Question, string | undefined>): DialogueStep {
    if (turn.done !== true) {
      this.#question = turn.value;
      // Nobody can answer before the question: what is there already was meant for another one.
      this.#received = NOTHING;
      return { state: 'talking', send: Buffer.from(turn.value.send) };
    }
    if (turn.value !== undefined) return { state: 'failed', reason: turn.value };
    return this.#received.length > 0 ? fault('injected') : { state: 'ready' };
  }
}

const fault = (reason: DialogueFault): DialogueStep => ({ state: 'failed', reason });

const TALKS: Readonly<Record<StartTls, () => Talk>> = { smtp, imap, pop3, ftp, postgres, ldap };

/** Tells whether bytes begin as a TLS record does (RFC 8446, section 5.1): what else follows an agreement to begin TLS was injected. */
export const beginsAsTls = ([type = 0]: Uint8Array): boolean => type >= FIRST_RECORD_TYPE && type <= LAST_RECORD_TYPE;

const FIRST_RECORD_TYPE = 20;
const LAST_RECORD_TYPE = 23;
