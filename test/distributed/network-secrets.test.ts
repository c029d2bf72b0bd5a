import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { certificateMaker, type CertificateMaker } from '../../src/target/certificate.ts';
import { AgentsLab, whyNoAgentsLab } from './agents-lab.ts';
import type { LabNginx } from './lab-nginx.ts';

const missing = whyNoAgentsLab();

const PASSWORD = 'open-sesame-83';

/** Redis with a password, at two ports: one of them speaks TLS, with a certificate for its address that signs itself. */
describe.skipIf(missing !== undefined)(`secrets of a run with agents (${missing ?? 'needs redis-server and nginx'})`, () => {
  let lab: AgentsLab;
  let nginx: LabNginx;
  let clients: CertificateMaker;
  let encrypted: string;
  let withAuthority: Readonly<Record<string, string>>;

  beforeAll(async () => {
    lab = await AgentsLab.create({
      prepare: [['openssl', ...CERTIFICATE.split(' '), '-addext', 'subjectAltName=IP:{{address}}']],
      args: ['--requirepass', PASSWORD, ...TLS.split(' ')],
    });
    encrypted = `rediss://${lab.redisHost.address}:6380`;
    withAuthority = { NODE_EXTRA_CA_CERTS: join(lab.redisFolder, 'redis.crt') };
    clients = await certificateMaker('ecdsa-p256', { intermediates: 0, isSelfSigned: false });
    nginx = await lab.startNginx({ clientAuthority: clients.trusted() });
    // One that is let in by the environment, and one by a file, over TLS.
    const { certificate, key } = await clients.make('agent-one');
    const second = await clients.make('agent-two');
    const identity = ['--cert', 'client.pem', '--key', 'client.key'];
    await Promise.all([
      lab.startAgent({
        name: 'one',
        args: identity,
        files: { 'client.pem': certificate, 'client.key': key },
        environment: { RESUMARK_REDIS_PASSWORD: PASSWORD },
      }),
      lab.startAgent({
        name: 'two',
        coordinator: encrypted,
        args: [...identity, '--redis-password-file', 'password'],
        files: { 'client.pem': second.certificate, 'client.key': second.key, password: `${PASSWORD}\n` },
        environment: withAuthority,
      }),
    ]);
  });
  afterAll(() => lab.close());

  /** Writes a file beside the results of the runs. */
  const written = async (name: string, text: string): Promise<string> => {
    const path = join(lab.redisFolder, name);
    await writeFile(path, text);
    return path;
  };

  const argsOf = (coordinator: string, ...more: readonly string[]): string[] => {
    const how = ['--coordinator', coordinator, '--agents', '2', '--ready-timeout', '10s'];
    const load = ['-k', '--tls', '1.3', '-m', 'full,ticket', '-c', '4', '-n', '40', '--rounds', '2', '--warmup', '0'];
    return ['run', nginx.target, ...how, ...load, ...more, '--output', lab.resumark.results];
  };

  it('loads with the certificate of each agent, whose key Redis never sees, nor anybody a password', async () => {
    const own = await clients.make('where-runs-are-made');
    const identity = [...['--cert', await written('own.pem', own.certificate)], ...['--key', await written('own.key', own.key)]];
    const passwordFile = await written('password', PASSWORD);
    const traffic = await watchRedis(lab);
    const args = argsOf(encrypted, ...identity, '--redis-password-file', passwordFile, '--format', 'json');
    const { code, stdout, stderr } = await lab.resumark.start(args, withAuthority).finished;
    const seen = await traffic.end();
    const record = JSON.parse(stdout) as RunRecord;
    expect(
      record.blocks.map(({ honoured }) => honoured),
      stderr,
    ).toEqual([20, 20, 20, 20]);
    expect([0, 5], stderr).toContain(code);
    const subjects = new Set((await nginx.log()).map(({ from, client }) => `${from} ${client.replace(/^.*CN=/u, '')}`));
    expect([...subjects].map((subject) => subject.split(' ')[1]).toSorted()).toEqual([
      'agent-one',
      'agent-two',
      'where-runs-are-made',
    ]);
    // It has seen the tasks and their results.
    expect(seen).toContain('needsIdentity');
    expect(seen).toContain('startSkewNs');
    expect(seen).not.toContain('PRIVATE KEY');
    expect(seen).not.toContain(PASSWORD);
    const stored = await readFile(join(lab.resumark.results, record.id, 'run.json'), 'utf8');
    for (const text of [stdout, stderr, stored]) expect(text).not.toContain(PASSWORD);
  });

  it('takes the password from the environment', async () => {
    const args = argsOf(lab.url(), '--format', 'json');
    const { stdout, stderr } = await lab.resumark.start(args, { RESUMARK_REDIS_PASSWORD: PASSWORD }).finished;
    const { blocks } = JSON.parse(stdout) as RunRecord;
    expect(
      blocks.map(({ honoured }) => honoured),
      stderr,
    ).toEqual([20, 20, 20, 20]);
  });

  it.each([
    ['a wrong password', { RESUMARK_REDIS_PASSWORD: 'wrong' }, 'WRONGPASS invalid username-password pair or user is disabled.'],
    ['no password', {}, 'it asks for a password.'],
  ])('is not let in with %s, and says so at once', async (_, environment, reason) => {
    const { code, stdout, stderr } = await lab.resumark.start(argsOf(lab.url()), environment).finished;
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`error: Redis at ${shown(lab)} cannot be used: ${reason}`);
  });

  it('does not trust a certificate that nobody has vouched for', async () => {
    const { code, stderr } = await lab.resumark.start(argsOf(encrypted), { RESUMARK_REDIS_PASSWORD: PASSWORD }).finished;
    expect(code, stderr).toBe(2);
    expect(stderr).toContain(`Redis at ${encrypted} cannot be used: self-signed certificate`);
  });

  it('refuses a password in the address, and does not repeat it', async () => {
    const { code, stderr } = await lab.resumark.run(...argsOf(`redis://:${PASSWORD}@${lab.redisHost.address}`));
    expect(code, stderr).toBe(2);
    expect(stderr).not.toContain(PASSWORD);
    expect(stderr).toContain('--redis-password-file');
  });

  it('names an agent without the client certificate that a run needs', async () => {
    await lab.startAgent({ name: 'a-bare-one', environment: { RESUMARK_REDIS_PASSWORD: PASSWORD } });
    const own = await clients.make('where-runs-are-made');
    const identity = ['--cert', await written('own.pem', own.certificate), '--key', await written('own.key', own.key)];
    const { code, stderr } = await lab.resumark.start(argsOf(lab.url(), ...identity), { RESUMARK_REDIS_PASSWORD: PASSWORD })
      .finished;
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(/agent a-bare-one has no client certificate: start it with --cert FILE --key FILE\./u);
  });
});

/** As the address is shown. */
const shown = (lab: AgentsLab): string => `redis://${lab.redisHost.address}:6379/0`;

const CERTIFICATE =
  'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=redis -keyout redis.key -out redis.crt';

const TLS =
  '--tls-port 6380 --tls-cert-file {{folder}}/redis.crt --tls-key-file {{folder}}/redis.key --tls-ca-cert-file {{folder}}/redis.crt --tls-auth-clients no';

/** Everything that Redis is asked to do from now on. */
const watchRedis = async (lab: AgentsLab): Promise<{ readonly end: () => Promise<string> }> => {
  const [program, ...args] = [...lab.redisHost.wrapper, 'redis-cli', '-a', PASSWORD, '--no-auth-warning', 'MONITOR'] as const;
  const monitor = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  monitor.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(monitor.stdout, 'data');
  return {
    end: async () => {
      monitor.kill();
      await once(monitor, 'close');
      return text;
    },
  };
};
