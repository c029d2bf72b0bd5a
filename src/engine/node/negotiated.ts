import type { TLSSocket } from 'node:tls';
import { groupName } from '../../tls/names.ts';
import { certificateFacts } from '../certificate-facts.ts';
import type { Negotiated } from '../engine.ts';

/** Reads what a connection has negotiated, as far as node:tls says it. */
export const readNegotiated = (tls: TLSSocket | undefined): Negotiated => {
  // A closed socket answers null where the types promise a value.
  const cipher = tls?.getCipher() as { readonly name: string } | null | undefined;
  const group = tls?.getEphemeralKeyInfo() as { readonly name?: string } | null | undefined;
  return {
    cipher: cipher?.name ?? '',
    group: groupName(group?.name ?? ''),
    alpn: typeof tls?.alpnProtocol === 'string' ? tls.alpnProtocol : '',
    ...certificateFacts(tls?.getPeerX509Certificate()?.raw),
  };
};
