import { AT, type Connection } from './connection.ts';
import { fault } from './fault.ts';
import { protect13, scheduleOf } from './keys13.ts';
import { hashHello, hashMessage, isSessionIdEcho } from './message.ts';
import { retry } from './retry13.ts';
import type { Suite } from './suites.ts';
import type { Tools } from './tools.ts';

/** Takes a ServerHello of TLS 1.3, or a HelloRetryRequest. @returns whether the keys that are read with have changed. */
export const takeServerHello13 = (tools: Tools, connection: Connection): boolean => {
  const { reader, serverHello: hello } = tools;
  const start = reader.at;
  hello.read(reader);
  if (!hello.isTls13) throw fault('protocol_version');
  if (!isSessionIdEcho(tools, connection)) throw fault('illegal_parameter');
  const suite = connection.client.suite(hello.suite);
  if (suite === undefined || (connection.hasRetried && suite !== connection.suite)) throw fault('illegal_parameter');
  if (hello.hasExtensionsOf12) throw fault('unsupported_extension');
  connection.suite = suite;
  hashHello(connection, suite);
  if (hello.isRetry) {
    retry(tools, connection, { suite, start });
    return false;
  }
  hashMessage(tools, connection, start);
  takePsk(tools, connection, suite);
  agree(tools, connection, suite);
  connection.expects = 'encrypted-extensions';
  return true;
};

const takePsk = ({ serverHello: { psk } }: Tools, connection: Connection, suite: Suite): void => {
  if (psk < 0) return;
  // One was offered at most, and it goes with one hash function (RFC 8446, section 4.2.11).
  if (connection.offered?.suite.hash !== suite.hash || psk !== 0) throw fault('illegal_parameter');
  connection.isResumed = true;
};

const agree = (tools: Tools, connection: Connection, suite: Suite): void => {
  const { reader, serverHello } = tools;
  const { keyPair } = connection;
  const { keyShare } = serverHello;
  if (keyShare.length === 0 || keyPair === undefined) throw fault('missing_extension');
  const { group } = keyPair;
  const isOurs = serverHello.group === group.id && keyShare.length === group.peerBytes;
  if (!isOurs || !keyPair.agree(reader.address(keyShare.at), connection.address(AT.shared))) throw fault('illegal_parameter');
  const digest = connection.address(AT.digest);
  connection.transcript.digest(digest);
  scheduleOf(tools, suite).handshake(connection, group.secretBytes, digest);
  protect13(tools, connection, 'read', { suite, secret: AT.serverTraffic, finished: AT.serverFinished });
};
