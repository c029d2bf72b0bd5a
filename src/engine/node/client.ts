import { constants } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext, type ConnectionOptions, type SecureContext, type SecureContextOptions } from 'node:tls';
import { ResumarkError } from '../../domain/error.ts';
import type { Client, ClientSettings } from '../engine.ts';
import { refuseShortcuts } from '../shortcuts.ts';

/** Client whose connections share all that does not differ between them. */
export interface NodeClient extends Client {
  /** Made once: building it per connection costs more than a resumed handshake. */
  readonly secureContext: SecureContext;
  readonly options: ConnectionOptions;
  /** Name that node:tls takes the server to have. */
  readonly identity: string;
  /** The local address that the next connection is made from. */
  nextSource(): string | undefined;
}

/** @throws ResumarkError ENGINE for what node:tls cannot do, or does not take. */
export const nodeClient = (settings: ClientSettings): NodeClient => {
  if (settings.mode === 'early-data') {
    throw new ResumarkError(
      'ENGINE',
      'mode early-data cannot be run by engine node: node:tls has no 0-RTT for clients.',
      'Use --engine wire or openssl, or leave early-data out of the modes.',
    );
  }
  refuseShortcuts('node', settings);
  let connections = 0;
  return {
    settings,
    nextSource: () => settings.sources[connections++ % settings.sources.length],
    secureContext: secureContext(settings),
    identity: settings.serverName ?? settings.address,
    options: {
      rejectUnauthorized: settings.verify,
      ...(settings.alpn.length > 0 && { ALPNProtocols: [...settings.alpn] }),
      // Without a server name node:tls would take the address, which RFC 6066 forbids in SNI; it must only be checked against.
      ...(settings.serverName === undefined || isIP(settings.serverName) !== 0
        ? { host: settings.serverName ?? settings.address }
        : { servername: settings.serverName }),
    },
    close: () => undefined,
  };
};

const secureContext = (settings: ClientSettings): SecureContext => {
  const options: SecureContextOptions = {
    minVersion: settings.protocol,
    maxVersion: settings.protocol,
    // RFC 5077, section 3.4: a client that shows a ticket is never resumed by its session ID.
    secureOptions: settings.mode === 'session-id' ? constants.SSL_OP_NO_TICKET : 0,
    ...(settings.ca !== undefined && { ca: settings.ca }),
    ...(settings.identity !== undefined && { cert: settings.identity.cert, key: settings.identity.key }),
    ...(settings.ciphers !== undefined && { ciphers: settings.ciphers }),
    ...(settings.groups !== undefined && { ecdhCurve: settings.groups }),
  };
  try {
    return createSecureContext(options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const given = `ciphers ${settings.ciphers ?? 'default'}, groups ${settings.groups ?? 'default'}`;
    throw new ResumarkError(
      'ENGINE',
      `node:tls with OpenSSL ${process.versions.openssl} does not take the TLS settings (${given}): ${reason}.`,
      'Check --ciphers, --groups and the certificate files.',
    );
  }
};
