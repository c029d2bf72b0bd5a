import { delegating } from '../../engine/delegating.ts';
import type { Attempt, Client, ClientSettings, Engine, Outcome, Work } from '../../engine/engine.ts';
import { detached } from '../../engine/perform.ts';
import type { Relays } from './relays.ts';

/**
 * An engine that dials by way of relays. Settings, counts and failures are those of the servers themselves; only the engine below knows
 * of the relays. Their owner closes them, and the engine.
 */
export const relayedEngine = (engine: Engine, relays: Relays): Engine => {
  const dialling = new WeakMap<Client, Client>();
  const clientBelow = (client: Client): Client => {
    const below = dialling.get(client);
    if (below === undefined) throw new TypeError('the client is of another engine');
    return below;
  };
  return {
    ...delegating(engine),
    client: (settings) => {
      const below = engine.client(relayedSettings(settings, relays));
      const client = { settings, close: below.close.bind(below) };
      dialling.set(client, below);
      return client;
    },
    run: (work) => engine.run(relayedWork(work, clientBelow, relays)),
  };
};

const relayedSettings = (settings: ClientSettings, relays: Relays): ClientSettings => ({
  ...settings,
  address: '127.0.0.1',
  port: relays.portOf(settings),
  // An address as the name is verified, and never sent (RFC 6066, section 3).
  serverName: settings.serverName ?? settings.address,
  // The relay connects and asks for TLS meanwhile, each with a limit of its own: it must be the first to give up.
  handshakeTimeoutMs: 2 * settings.connectTimeoutMs + settings.handshakeTimeoutMs,
});

/** An attempt as the engine below sees it. */
interface RelayedAttempt<Own extends Attempt> extends Attempt {
  readonly own: Own;
}

const relayedWork = <Own extends Attempt>(
  work: Work<Own>,
  clientBelow: (client: Client) => Client,
  relays: Relays,
): Work<RelayedAttempt<Own>> => ({
  next: (nowNs) => {
    const own = work.next(nowNs);
    return own && { ...own, client: clientBelow(own.client), own };
  },
  dueNs: () => work.dueNs(),
  settled: ({ own }, outcome) => {
    const failure = outcome.failure && relays.takeFailure(own.client.settings);
    work.settled(own, failure === undefined ? outcome : failedBy(outcome, failure));
  },
  turnTo: ({ own }) => work.turnTo?.(own),
  rested: (ns) => work.rested?.(ns),
  isCancelled: () => work.isCancelled(),
  isPaused: () => work.isPaused?.() === true,
});

/** The outcome of a connection that the relay ended. */
const failedBy = (outcome: Outcome, failure: NonNullable<Outcome['failure']>): Outcome => ({
  ...detached({ tap: false }, outcome),
  failure,
  newestTicket: undefined,
  negotiated: () => outcome.negotiated(),
});
