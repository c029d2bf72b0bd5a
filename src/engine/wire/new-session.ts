import { AT, type HandshakeState } from './handshake-state.ts';
import { copyOf } from './copy.ts';
import { resumptionSecret } from './handshake13.ts';
import { WireSession } from './session.ts';
import type { NewTicket } from './ticket.ts';
import type { WireContext } from './wire-context.ts';

/** Makes the session that a finished connection was given: its newest ticket, or the session ID. */
export const sessionOf = (context: WireContext, state: HandshakeState, ticket: NewTicket): WireSession | undefined => {
  const { client, suite, memory, isTls13, hasExtendedMasterSecret, sessionIdBytes } = state;
  if (suite === undefined) return undefined;
  const secret = isTls13 ? resumptionSecret(context, state, ticket) : copyOf(memory.bytes, AT.master, 48);
  const content = {
    sessionId: isTls13 ? NOTHING : copyOf(memory.bytes, AT.sessionId, sessionIdBytes),
    secret,
    ticket: ticket.count > 0 ? ticket.bytes() : NOTHING,
    lifetimeHintS: ticket.count > 0 ? ticket.lifetimeS : 0,
    hasExtendedMasterSecret,
    ticketAgeAdd: ticket.ageAdd,
    maxEarlyData: ticket.maxEarlyData,
  };
  return new WireSession(client.settings.protocol, suite, content, context.clockNs());
};

const NOTHING = new Uint8Array();
