import type { UnusableReason } from '../domain/judgement.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { TicketFacts } from './engine.ts';

/** Longer tickets leave no room in the 65,535 bytes of a hello's extensions for a post-quantum key share and the rest of them. */
const MOST_TICKET_BYTES = 65_535 - 4096;

/** Returns the reason why libssl must not or could not offer a ticket, `undefined` when it can. libssl itself would try. */
export const objectionTo = ({ ticketBytes, lifetimeS }: TicketFacts, protocol: Protocol): UnusableReason | undefined => {
  if (protocol === 'TLSv1.3' && lifetimeS === 0) return 'ticket-lifetime-zero';
  return ticketBytes > MOST_TICKET_BYTES ? 'ticket-too-long' : undefined;
};
