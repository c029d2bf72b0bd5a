import { AT, type HandshakeState } from './handshake-state.ts';
import { fault } from './fault.ts';
import { protect13, scheduleOf } from './keys13.ts';
import { hashHello, hashMessage, isSessionIdEcho } from './message.ts';
import { retry } from './retry13.ts';
import type { Suite } from './suites.ts';
import type { WireContext } from './wire-context.ts';

/** Takes a ServerHello of TLS 1.3, or a HelloRetryRequest. @returns whether the keys that are read with have changed. */
export const receiveServerHello13 = (context: WireContext, state: HandshakeState): boolean => {
  const { reader, serverHello: hello } = context;
  const start = reader.at;
  hello.read(reader);
  if (!hello.isTls13) throw fault('protocol_version');
  if (!isSessionIdEcho(context, state)) throw fault('illegal_parameter');
  const suite = state.client.suite(hello.suite);
  if (suite === undefined || (state.hasRetried && suite !== state.suite)) throw fault('illegal_parameter');
  if (hello.hasExtensionsOf12) throw fault('unsupported_extension');
  state.suite = suite;
  hashHello(state, suite);
  if (hello.isRetry) {
    retry(context, state, { suite, start });
    return false;
  }
  hashMessage(context, state, start);
  acceptPsk(context, state, suite);
  agree(context, state, suite);
  state.expects = 'encrypted-extensions';
  return true;
};

const acceptPsk = ({ serverHello: { psk } }: WireContext, state: HandshakeState, suite: Suite): void => {
  if (psk < 0) return;
  // One was offered at most, and it goes with one hash function (RFC 8446, section 4.2.11).
  if (state.offered?.suite.hash !== suite.hash || psk !== 0) throw fault('illegal_parameter');
  state.isResumed = true;
};

const agree = (context: WireContext, state: HandshakeState, suite: Suite): void => {
  const { reader, serverHello } = context;
  const { keyPair } = state;
  const { keyShare } = serverHello;
  if (keyShare.length === 0 || keyPair === undefined) throw fault('missing_extension');
  const { group } = keyPair;
  const isOurs = serverHello.group === group.id && keyShare.length === group.peerBytes;
  if (!isOurs || !keyPair.agree(reader.address(keyShare.at), state.address(AT.shared))) throw fault('illegal_parameter');
  const digest = state.address(AT.digest);
  state.transcript.digest(digest);
  scheduleOf(context, suite).handshake(state, group.secretBytes, digest);
  protect13(context, state, 'read', { suite, secret: AT.serverTraffic, finished: AT.serverFinished });
};
