// Serves one kind of bad server after another, each on a port of its own, and gives its own account
// of what came to pass.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Protocol } from '../../src/domain/protocol.ts';
import { FIXED_CERTIFICATE } from '../fuzz/fixed-certificate.ts';
import { X25519 } from '../fuzz/key-share.ts';
import type { Plan, ServerIdentity } from '../fuzz/plan.ts';
import { TEST_SUITES, type TestSuite } from '../fuzz/protection.ts';
import type { Misdeed } from './kind.ts';
import { kindOf } from './kinds.ts';
import { ServerSide, type Account } from './server-side.ts';

export type Request = { readonly serve: string; readonly protocol: Protocol } | { readonly end: number };

export type Answer =
  | { readonly port: number; readonly certificate: string }
  | { readonly accounts: readonly Account[] }
  | { readonly fault: string };

interface Served {
  readonly server: Server;
  readonly sides: ServerSide[];
}

const served = new Map<number, Served>();

const FIXED: ServerIdentity = {
  certificate: new X509Certificate(FIXED_CERTIFICATE.certificate).raw,
  key: createPrivateKey(FIXED_CERTIFICATE.key),
};

const suiteOf = (protocol: Protocol): TestSuite => {
  const id = protocol === 'TLSv1.3' ? 0x1301 : 0xc02b;
  const suite = TEST_SUITES.find((one) => one.id === id);
  if (suite === undefined) throw new RangeError('no such suite');
  return suite;
};

const planOf = async (protocol: Protocol, { plan, identity }: Misdeed): Promise<Plan> => ({
  protocol,
  suite: suiteOf(plan?.protocol ?? protocol),
  group: X25519,
  sessions: new Map(),
  retry: 'none',
  asksCertificate: false,
  acceptsEarlyData: false,
  hasExtendedMasterSecret: true,
  tickets: 1,
  ticketBytes: 100,
  recordBytes: 16_384,
  coalesces: true,
  identity: (await identity?.()) ?? FIXED,
  ...plan,
});

const serve = async (name: string, protocol: Protocol): Promise<Answer> => {
  const { misdeed } = kindOf(name);
  const plan = await planOf(protocol, misdeed);
  const sides: ServerSide[] = [];
  const later = { misdeed: { ...misdeed, ...misdeed.later }, plan: { ...plan, ...misdeed.later?.plan } };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const now = sides.length === 0 ? { misdeed, plan } : later;
    sides.push(new ServerSide(socket, now.misdeed, { ...now.plan, serial: sides.length }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  served.set(port, { server, sides });
  return { port, certificate: new X509Certificate(plan.identity.certificate).toString() };
};

const end = (port: number): Answer => {
  const { server, sides } = served.get(port) ?? {};
  server?.close();
  for (const side of sides ?? []) side.destroy();
  served.delete(port);
  return { accounts: (sides ?? []).map(({ account }) => account) };
};

process.on('message', (request: Request) => {
  const answer = 'end' in request ? Promise.resolve(end(request.end)) : serve(request.serve, request.protocol);
  answer.then(
    (given) => process.send?.(given),
    (error: unknown) => process.send?.({ fault: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
