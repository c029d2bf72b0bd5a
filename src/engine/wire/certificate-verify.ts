import type { HandshakeState } from './handshake-state.ts';
import { SCHEMES, type Scheme, type Span } from './crypto/signature.ts';
import { fault } from './fault.ts';
import type { Reader } from './reader.ts';

/** Reads scheme and signature, which end a message, and verifies them with the server's key. @throws Fault when they are not good. */
export const readSignature = (state: HandshakeState, reader: Reader, message: Readonly<Span>): void => {
  const id = reader.u16();
  const length = reader.u16();
  const address = reader.address(reader.skip(length));
  reader.finish();
  const { serverKey, client } = state;
  const scheme = schemeOf(id);
  if (scheme === undefined || serverKey?.suits(scheme, client.settings.protocol) !== true) throw fault('illegal_parameter');
  if (!client.checksSignature) return;
  if (!serverKey.verify(scheme, message, { address, length })) throw fault('bad_signature');
};

const schemeOf = (id: number): Scheme | undefined => {
  for (const scheme of SCHEMES) if (scheme.id === id) return scheme;
  return undefined;
};
