import type { ProbeEvent } from '../../domain/probe-event.ts';
import { failureText } from '../text/failure.ts';
import { endpointText } from '../text/target.ts';
import { counted } from '../text/units.ts';
import { clockText } from './date-text.ts';
import { spanText } from './span-text.ts';

/** `12:03:10 127.0.0.1:8443 new ticket key 6d0fcd90 after 66826980`: an event as a line of a log, UTC. */
export const probeEventLine = (
  event: ProbeEvent,
  { address, port }: { readonly address: string; readonly port: number },
): string => `${clockText(event.atUnixMs)} ${endpointText(address, port)} ${happening(event)}`;

const happening = (event: ProbeEvent): string => {
  switch (event.kind) {
    case 'new-key':
      return event.name === '' ? 'tickets without the name of a key' : `new ticket key ${event.name}${afterText(event.after)}`;
    case 'grace-over':
      return `tickets of key ${event.name} are declined, at most ${spanText(event.leftMs)} after it was replaced`;
    case 'chain-over':
      return `a session that was renewed ${counted(event.renewals, 'time')} is declined, at most ${spanText(event.ageMs)} after its full handshake`;
    case 'lost':
      return `no handshake: ${failureText(event.failure)}`;
    case 'cache-filling':
      return `the capacity of its cache is looked for, with at most ${counted(event.connections, 'connection')}`;
    case 'back':
      return 'answers again';
  }
};

const afterText = (name: string): string => (name === '' ? '' : ` after ${name}`);
