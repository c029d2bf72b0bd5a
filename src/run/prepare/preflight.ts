import { FAILURE_TEXT, type Failure } from '../../domain/failure.ts';
import { ResumarkError } from '../../domain/error.ts';
import { judge } from '../../domain/judgement.ts';
import { protocolLabel, type Protocol } from '../../domain/protocol.ts';
import type { Attempt, Client, Engine, Negotiated, Outcome, Work } from '../../engine/engine.ts';
import type { OpenState } from './open-states.ts';
import { clientSettings } from './client-settings.ts';
import type { Scenario } from '../../scenario/schema.ts';

/**
 * One full handshake with a state before anything is measured: what it negotiates, and whether the target can be measured at all.
 *
 * @throws ResumarkError TARGET when no handshake comes about, with the reason and the hint.
 */
export const preflight = async (
  engine: Engine,
  scenario: Scenario,
  { state, protocol }: { readonly state: OpenState; readonly protocol: Protocol },
): Promise<Negotiated> => {
  const client = engine.client(clientSettings(scenario, state, { protocol, mode: 'full' }));
  try {
    const single = new SingleHandshake(client);
    await engine.run(single);
    return single.negotiated(`${state.label} (${state.target})`, protocol);
  } finally {
    client.close();
  }
};

class SingleHandshake implements Work {
  readonly #attempt: Attempt;
  #isStarted = false;
  #failure: Failure | undefined;
  #negotiated: Negotiated | undefined;
  #isConflict = false;
  #isUnanswered = false;

  constructor(client: Client) {
    this.#attempt = {
      client,
      session: undefined,
      awaitTicket: true,
      sendsRequest: client.settings.request !== undefined,
      closeNotify: true,
      tap: true,
    };
  }

  next(): Attempt | undefined {
    if (this.#isStarted) return undefined;
    this.#isStarted = true;
    return this.#attempt;
  }

  dueNs(): number {
    return Number.POSITIVE_INFINITY;
  }

  isCancelled(): boolean {
    return false;
  }

  settled(attempt: Attempt, outcome: Outcome): void {
    outcome.session?.free();
    this.#failure = outcome.failure;
    if (outcome.failure !== undefined) return;
    this.#negotiated = outcome.negotiated();
    this.#isUnanswered = attempt.sendsRequest && outcome.firstByteNs === 0;
    const { protocol } = attempt.client.settings;
    this.#isConflict = judge({ mode: 'full', protocol, expired: false }, outcome.evidence) === 'evidence-conflict';
  }

  negotiated(who: string, protocol: Protocol): Negotiated {
    if (this.#failure !== undefined) throw targetError(who, protocol, this.#failure);
    if (this.#negotiated === undefined || this.#isConflict) {
      throw new ResumarkError('TARGET', `${who}: the TLS library and the plaintext hellos of a handshake contradict each other.`);
    }
    if (this.#isUnanswered) {
      throw new ResumarkError(
        'TARGET',
        `${who}: the ${protocolLabel(protocol)} handshake was finished, but the request was not answered.`,
        'Ask for something that the server answers, such as --request /health, or leave --request out.',
      );
    }
    return this.#negotiated;
  }
}

const targetError = (who: string, protocol: Protocol, failure: Failure): ResumarkError => {
  const detail = failure.detail === '' ? '' : ` (${failure.detail})`;
  return new ResumarkError(
    'TARGET',
    `${who}: no ${protocolLabel(protocol)} handshake: ${FAILURE_TEXT[failure.kind]}${detail}.`,
    hintOf(failure, protocol),
  );
};

const hintOf = (failure: Failure, protocol: Protocol): string => {
  switch (failure.kind) {
    case 'certificate':
      return 'Give its authority with --cacert FILE, its name with --servername NAME, or leave verification out with --insecure.';
    case 'alert':
      return `If the server does not speak ${protocolLabel(protocol)}, leave it out with --tls.`;
    case 'refused':
      return 'Start the server, or check the port.';
    case 'closed':
    case 'reset':
    case 'tls':
      return 'Check that the port speaks TLS and not another protocol.';
    case 'unreachable':
    case 'connect-timeout':
    case 'handshake-timeout':
      return 'Check the address and the way to it, or give more time with --timeout.';
    case 'local':
      return 'Check the limits of this machine: file descriptors (ulimit -n) and local ports.';
  }
};
