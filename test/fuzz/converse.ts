import type { WireClient } from '../../src/engine/wire/client.ts';
import type { WireSession } from '../../src/engine/wire/session.ts';
import { openTestServer } from './open-test-server.ts';
import type { Plan, Tamper } from './plan.ts';
import type { PieceBytes, Subject } from './subject.ts';
import type { TestServer } from './test-server.ts';

export interface Conversing {
  readonly plan: Plan;
  readonly client: WireClient;
  readonly session: WireSession | undefined;
  readonly tamper: Tamper;
  readonly pieceBytes?: PieceBytes;
  readonly fill?: number;
}

/** More flights than any handshake has. */
const MOST_FLIGHTS = 12;

/** What was said on both sides. */
export interface Said {
  fromClient: Buffer;
  fromServer: Buffer;
}

/** Lets client and server talk until neither has anything more to say. The client's state stands in the subject. */
export const converse = (subject: Subject, { plan, client, session, tamper, ...taking }: Conversing, said?: Said): TestServer => {
  const { pieceBytes = () => Infinity, fill = 0xee } = taking;
  const server = openTestServer(plan, tamper);
  let sent = subject.start(client, session);
  for (let flights = 0; sent.length > 0 && flights < MOST_FLIGHTS; flights++) {
    const answer = answerTo(server, sent);
    if (said !== undefined) {
      said.fromClient = Buffer.concat([said.fromClient, sent]);
      said.fromServer = Buffer.concat([said.fromServer, answer ?? Buffer.alloc(0)]);
    }
    if (answer === undefined) break;
    sent = subject.take(answer, pieceBytes, fill);
    if (subject.connection.status === 'failed') break;
  }
  return server;
};

/** `undefined` when the server found the client's bytes wrong, as those of a client that was lied to are. */
const answerTo = (server: TestServer, sent: Buffer): Buffer | undefined => {
  try {
    return server.take(sent);
  } catch {
    return undefined;
  }
};
