import type { Certificate, CertificateRequest, CertificateStatus } from './certificates.ts';
import type { ClientHello } from './client-hello.ts';
import type { CertificateVerify, ServerKeyExchange } from './key-exchange.ts';
import type { EncryptedExtensions, HelloRetryRequest, ServerHello } from './server-hello.ts';
import type { NewSessionTicket } from './ticket.ts';

/** A message of a connection, decoded, and who sent it when. */
export type Decoded = Content & {
  readonly from: 'client' | 'server';
  /** On the engines' common clock. */
  readonly atNs: number;
  /** Length with its head. */
  readonly bytes: number;
};

/** Content of a message. Its bytes are views into what was seen, and may be secret. */
export type Content =
  | ClientHello
  | ServerHello
  | HelloRetryRequest
  | EncryptedExtensions
  | Certificate
  | CertificateStatus
  | ServerKeyExchange
  | CertificateRequest
  | CertificateVerify
  | NewSessionTicket
  | { readonly kind: 'finished' }
  | { readonly kind: 'alert'; readonly isFatal: boolean; readonly name: string }
  | { readonly kind: 'change-cipher-spec' }
  | {
      readonly kind: 'other';
      readonly name: string;
      /** False where the bytes of a known message break off or contradict their own lengths. */
      readonly isReadable: boolean;
    };

/** The decoded message of one kind: `DecodedOf<'certificate'>`. */
export type DecodedOf<Kind extends Decoded['kind']> = Extract<Decoded, { readonly kind: Kind }>;
