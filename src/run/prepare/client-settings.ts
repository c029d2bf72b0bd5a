import type { Mode } from '../../domain/mode.ts';
import type { Protocol } from '../../domain/protocol.ts';
import type { ClientSettings } from '../../engine/engine.ts';
import { requestText } from '../../scenario/request.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { OpenState } from './open-states.ts';

/** Settings with which the engine connects to a state in one protocol and mode. */
export const clientSettings = (
  scenario: Scenario,
  state: OpenState,
  { protocol, mode }: { readonly protocol: Protocol; readonly mode: Mode },
): ClientSettings => ({
  protocol,
  mode,
  address: state.address,
  port: state.port,
  serverName: state.serverName,
  verify: state.verify,
  ca: state.ca,
  identity: state.identity,
  alpn: scenario.tls.alpn ?? [],
  ciphers: scenario.tls.ciphers,
  groups: scenario.tls.groups,
  keyShare: scenario.tls.keyShare,
  checksSignature: !scenario.tls.noSignatureCheck,
  // Until the run knows how its connections are to end (choose-ending.ts).
  close: 'reset',
  sources: scenario.connection.source ?? [],
  keyLog: scenario.tls.keylog,
  request: scenario.request === undefined ? undefined : requestText(scenario.request, state.serverName ?? state.address),
  connectTimeoutMs: scenario.connection.timeout,
  handshakeTimeoutMs: scenario.connection.timeout,
  ticketTimeoutMs: scenario.connection.ticketTimeout,
  firstByteTimeoutMs: scenario.connection.timeout,
});
