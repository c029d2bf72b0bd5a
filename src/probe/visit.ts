import type { HandshakeResult } from '../engine/perform.ts';
import type { ScriptedAttempt } from '../engine/script.ts';
import { decodeMessages } from '../tls/messages/decode.ts';
import type { Decoded, DecodedOf } from '../tls/messages/decoded.ts';
import type { SeenMessage } from '../tls/seen-message.ts';

/** A handshake, and all of its messages. */
export interface Visit {
  readonly result: HandshakeResult;
  readonly messages: readonly Decoded[];
}

/** A part of a script that performs one handshake. */
export type Visiting = Generator<ScriptedAttempt, Visit, HandshakeResult>;

/** Performs a handshake and decodes its messages. The session of the result belongs to the caller. */
export function* visit(attempt: ScriptedAttempt): Visiting {
  const seen: SeenMessage[] = [];
  const result = yield {
    ...attempt,
    asksForStaple: true,
    onMessage: (message) => {
      seen.push(message);
    },
  };
  return { result, messages: decodeMessages(seen) };
}

/** Finds the first message of a kind that one side has sent. */
export const messageOf = <Kind extends Decoded['kind']>(
  { messages }: Visit,
  kind: Kind,
  from: Decoded['from'] = 'server',
): DecodedOf<Kind> | undefined =>
  messages.find((message): message is DecodedOf<Kind> => message.kind === kind && message.from === from);
