import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ROOT } from '../docs/documents.ts';
import { parseCall } from '../docs/parse-call.ts';

const textOf = (file: string): string => readFileSync(join(ROOT, 'deploy', file), 'utf8');

interface Manifest {
  readonly kind: string;
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly [{ readonly args: readonly string[] }] } };
  };
}

/** The arguments of the manifest, those among them that are comments. */
const kubernetes = (): readonly string[] => {
  const documents = parseAllDocuments(textOf('kubernetes/agents.yaml').replaceAll('# - --', '- --'));
  const job = documents.map((one) => one.toJS() as Manifest).find(({ kind }) => kind === 'Job');
  return job?.spec.template.spec.containers[0].args ?? [];
};

/** The arguments of the unit, with the flags that its comments suggest. */
const systemd = (): readonly string[] => {
  const text = textOf('systemd/resumark-agent.service');
  const [, call = ''] = /^ExecStart=\S+ (.*) \$FLAGS$/mu.exec(text) ?? [];
  const [, flags = ''] = /^# +FLAGS=(.*)$/mu.exec(text) ?? [];
  const certificate = [...text.matchAll(/--(?:cert|key)=\S+/gu)].map(([flag]) => flag);
  return [...call.split(' '), ...flags.split(' '), ...certificate];
};

// What agents.sbatch starts is looked at when it is run, in slurm.test.ts.
it.each([
  ['kubernetes/agents.yaml', kubernetes()],
  ['systemd/resumark-agent.service', systemd()],
])('deploy/%s gives an agent flags that it has', async (_, words) => {
  expect(words[0]).toBe('agent');
  const given = {
    coordinator: expect.stringMatching(/./u) as unknown,
    'redis-password-file': expect.stringMatching(/./u) as unknown,
  };
  expect(await parseCall(words)).toMatchObject({ ...given, cert: expect.stringMatching(/./u) as unknown });
});
