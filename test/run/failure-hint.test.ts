import { expect, it } from 'vitest';
import { failureHint, type Circumstances } from '../../src/run/prepare/failure-hint.ts';

const hint = (alert: string, change: Partial<Circumstances> = {}): string =>
  failureHint(
    { kind: 'alert', detail: alert },
    { protocol: 'TLSv1.3', engine: 'wire', asksForCertificate: false, hasIdentity: false, ...change },
  );

it.each([
  ['bad_certificate', /--cert FILE and --key FILE/u],
  ['certificate_required', /--cert FILE and --key FILE/u],
  ['handshake_failure', /--ciphers and --groups.*--engine openssl/u],
  ['no_application_protocol', /--alpn/u],
  ['protocol_version', /--tls 1\.2.*TLS 1\.0 and 1\.1/u],
  ['unrecognized_name', /--servername/u],
  ['internal_error', /log/u],
  ['alert_200', /log/u],
])('advises by the alert: %s', (alert, advice) => {
  expect(hint(alert)).toMatch(advice);
});

it('names the versions that cannot be measured where a server of TLS 1.1 refuses the ciphers of TLS 1.2', () => {
  expect(hint('handshake_failure', { protocol: 'TLSv1.2' })).toMatch(/TLS 1\.0 or 1\.1 at most/u);
});

it('names the certificate that was asked for, whatever the alert says', () => {
  expect(hint('handshake_failure', { asksForCertificate: true })).toMatch(/asks for a client certificate.*--cert/u);
});

it('does not ask for a certificate that was given', () => {
  expect(hint('unknown_ca', { asksForCertificate: true, hasIdentity: true })).toMatch(/does not accept the client certificate/u);
});
