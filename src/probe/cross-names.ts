import type { CrossNames, NameReport } from '../domain/probe-record.ts';
import type { Protocol } from '../domain/protocol.ts';
import { failureKey } from '../domain/failure.ts';
import { certificateFacts } from '../engine/certificate-facts.ts';
import type { Client, Engine, Session } from '../engine/engine.ts';
import { attemptOf } from '../engine/perform.ts';
import { performScripts, type Script, type ScriptOptions } from '../engine/script.ts';
import type { AddressClients } from './clients.ts';
import { TryCount } from './resumption.ts';
import { messageOf, visit, type Visit } from './visit.ts';

/** An address at which names are tried. */
export interface NamedAddress {
  /** Its index in the record. */
  readonly index: number;
  readonly port: number;
  readonly protocols: readonly Protocol[];
  readonly clientsOf: (serverName: string | undefined) => AddressClients;
}

export interface CrossNamesOptions extends ScriptOptions {
  readonly names: readonly string[];
}

/** Sessions that are offered across two names, each fresh: servers decide by their configuration, and one decline may be a balancer's. */
export const CROSS_NAME_OFFERS = 2;

/**
 * Offers sessions that were made under one name (SNI) under each other, and without one: at each address, and from the first address of
 * each port to that of each other. Every name is offered its own sessions as well, or else a decline would say nothing.
 */
export const tryCrossNames = async (
  engine: Engine,
  addresses: readonly NamedAddress[],
  { names, ...options }: CrossNamesOptions,
): Promise<CrossNames> => {
  const kept: AddressClients[] = [];
  const places = addresses.flatMap((address) =>
    [...names, null].map((name): Place => {
      const clients = address.clientsOf(name ?? undefined);
      kept.push(clients);
      return { address, name, clients };
    }),
  );
  const found: Found = { names: [], offers: [] };
  try {
    await performScripts(
      engine,
      addresses.map((address) =>
        atAddress(
          places.filter((place) => place.address === address),
          found,
        ),
      ),
      options,
    );
    const first = addresses.filter(({ port }, i) => addresses.findIndex((other) => other.port === port) === i);
    await performScripts(
      engine,
      first.map((to) => acrossPorts(places, first, to, found)),
      options,
    );
    return found;
  } finally {
    for (const clients of kept) clients.close();
  }
};

interface Place {
  readonly address: NamedAddress;
  readonly name: string | null;
  readonly clients: AddressClients;
}

interface Found {
  readonly names: NameReport[];
  readonly offers: CrossNames['offers'];
}

function* atAddress(places: readonly Place[], found: Found): Script {
  for (const protocol of places[0]?.address.protocols ?? []) {
    for (const { address, name, clients } of places) {
      const looked = yield* visit(attemptOf(clientOf(clients, protocol), { sendsRequest: false }));
      looked.result.session?.free();
      found.names.push({ address: address.index, name, protocol, ...shownTo(looked) });
    }
    for (const from of places) {
      for (const to of places) yield* offer(from, to, protocol, found);
    }
  }
}

/** What a server shows to a client that asks for a name. */
const shownTo = (looked: Visit): Pick<NameReport, 'failure' | 'certificateSha256' | 'asksForCertificate'> => {
  const leaf = messageOf(looked, 'certificate')?.chain[0];
  const { failure } = looked.result;
  return {
    failure: failure === undefined ? null : failureKey(failure),
    certificateSha256: leaf === undefined ? null : certificateFacts(leaf).certificateSha256,
    asksForCertificate: messageOf(looked, 'certificate-request') !== undefined,
  };
};

/** The same names and others: at another port all of them are strangers. */
function* acrossPorts(places: readonly Place[], addresses: readonly NamedAddress[], to: NamedAddress, found: Found): Script {
  for (const from of addresses.filter((address) => address !== to)) {
    for (const protocol of to.protocols.filter((each) => from.protocols.includes(each))) {
      for (const giving of places.filter(({ address }) => address === from)) {
        for (const asked of places.filter(({ address }) => address === to)) yield* offer(giving, asked, protocol, found);
      }
    }
  }
}

function* offer(from: Place, to: Place, protocol: Protocol, found: Found): Script {
  const count = new TryCount();
  for (let tried = 0; tried < CROSS_NAME_OFFERS; tried++) {
    const session = yield* prime(clientOf(from.clients, protocol));
    if (session === undefined) break;
    const { result } = yield* visit(
      attemptOf(clientOf(to.clients, protocol), { session, awaitTicket: false, sendsRequest: false }),
    );
    session.free();
    result.session?.free();
    count.add(result);
  }
  const place = ({ address: { index: address }, name }: Place): CrossNames['offers'][number]['from'] => ({ address, name });
  found.offers.push({ protocol, from: place(from), to: place(to), ...count.report() });
}

/** A session of one full handshake; some servers give it only after a request. */
function* prime(client: Client): Script<Session | undefined> {
  const { result } = yield* visit(attemptOf(client, { sendsRequest: false }));
  if (result.session !== undefined || client.settings.request === undefined) return result.session;
  const asked = yield* visit(attemptOf(client));
  return asked.result.session;
}

/** With a client that takes tickets; where there are none it resumes by the session ID. */
const clientOf = (clients: AddressClients, protocol: Protocol): Client => clients.of({ protocol, mode: 'ticket', verify: false });
