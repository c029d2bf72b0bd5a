import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Job } from 'kubernetes-models/batch/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { Namespace } from 'kubernetes-models/v1';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ROOT } from '../docs/documents.ts';

const MODELS = {
  Job: { model: Job, from: 'kubernetes-models/batch/v1' },
  NetworkPolicy: { model: NetworkPolicy, from: 'kubernetes-models/networking.k8s.io/v1' },
  Namespace: { model: Namespace, from: 'kubernetes-models/v1' },
} as const;

type Kind = keyof typeof MODELS;

type Resource = ConstructorParameters<typeof Job>[0] & { readonly kind: Kind };

const TEXT = readFileSync(join(ROOT, 'deploy/kubernetes/agents.yaml'), 'utf8');

const resourcesOf = (text: string): Resource[] =>
  parseAllDocuments(text).map((one) => {
    if (!('toJS' in one)) throw new Error('the manifest is empty');
    return one.toJS() as Resource;
  });

const RESOURCES = resourcesOf(TEXT);

/** The objections of the published schema: types, formats, choices, and what is missing. */
const schemaErrors = (resource: Resource): string => {
  try {
    new MODELS[resource.kind].model(resource as never).validate();
    return '';
  } catch (error) {
    return String(error);
  }
};

/** The objections of the published types, which know each field: the schema lets a misspelt one pass, as it allows more fields. */
const typeErrors = (resources: readonly Resource[]): string[] => {
  const name = join(ROOT, 'test/deploy/manifest.ts');
  const lines = resources.map(
    (resource, i) =>
      `export const r${String(i)}: import('${MODELS[resource.kind].from}').I${resource.kind} = ${JSON.stringify(resource)};`,
  );
  const options = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const fileOf = host.getSourceFile.bind(host);
  host.getSourceFile = (file, ...rest) =>
    file === name ? ts.createSourceFile(file, lines.join('\n'), ts.ScriptTarget.ES2023) : fileOf(file, ...rest);
  host.fileExists = (file) => file === name || ts.sys.fileExists(file);
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
};

const jobOf = (resources: readonly Resource[]) => {
  const job = resources.find(({ kind }) => kind === 'Job');
  if (job?.spec === undefined) throw new Error('there is no job');
  const { spec } = job;
  const pod = spec.template.spec;
  const [container] = pod?.containers ?? [];
  if (pod === undefined || container === undefined) throw new Error('the job has no container');
  return { spec, pod, container };
};

const { spec, pod, container } = jobOf(RESOURCES);

const policy = RESOURCES.find(({ kind }) => kind === 'NetworkPolicy') as unknown as NetworkPolicy;

describe('deploy/kubernetes/agents.yaml', () => {
  it('is what the published schemas and types of Kubernetes know', () => {
    expect(RESOURCES.map(({ kind }) => kind)).toEqual(['Namespace', 'Job', 'NetworkPolicy']);
    expect(RESOURCES.map(schemaErrors).join('')).toBe('');
    expect(typeErrors(RESOURCES)).toEqual([]);
  });

  it.each([
    ['a wrong choice', 'completionMode: Indexed', 'completionMode: Indexe'],
    ['a wrong type', 'parallelism: 4', 'parallelism: four'],
  ])('would be refused with %s', (_, right, wrong) => {
    expect(resourcesOf(TEXT.replace(right, wrong)).map(schemaErrors).join('')).not.toBe('');
  });

  it('would be refused with a field that is misspelt', () => {
    expect(typeErrors(resourcesOf(TEXT.replace('readOnlyRootFilesystem', 'readOnlyRootFileSystem'))).join('')).toMatch(
      /readOnlyRootFileSystem/u,
    );
  });

  it('runs each agent once, numbered, and not for ever', () => {
    expect(spec).toMatchObject({ completionMode: 'Indexed', completions: spec.parallelism, podReplacementPolicy: 'Failed' });
    expect(spec.activeDeadlineSeconds).toBeGreaterThan(0);
    expect(spec.ttlSecondsAfterFinished).toBeGreaterThan(0);
    expect(container.args).toContain('--name=agent-$(JOB_COMPLETION_INDEX)');
  });

  it('gives an agent no right that it can do without', () => {
    expect(pod).toMatchObject({ automountServiceAccountToken: false, restartPolicy: 'OnFailure' });
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(pod.securityContext?.runAsUser).toBeGreaterThan(0);
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod).not.toHaveProperty('hostNetwork');
    expect(pod).not.toHaveProperty('hostPID');
  });

  it('has cores of its own, and a worker for each but one', () => {
    const { requests = {}, limits = {} } = container.resources ?? {};
    expect(limits).toEqual(requests);
    const cores = Number(limits['cpu']);
    expect(Number.isInteger(cores)).toBe(true);
    expect(container.args).toContain(`--workers=${String(cores - 1)}`);
    expect(pod.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution).toEqual([
      { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: spec.template.metadata?.labels } },
    ]);
  });

  it('sets only sysctls that Kubernetes calls safe', () => {
    expect(pod.securityContext?.sysctls).toEqual([{ name: 'net.ipv4.ip_local_port_range', value: '1024 65535' }]);
  });

  it('has secrets in mounted files that only the agent reads, and none in its arguments or environment', () => {
    expect(pod.volumes?.map(({ secret }) => secret?.defaultMode)).toEqual([0o440, 0o440]);
    expect(container.volumeMounts?.every(({ readOnly }) => readOnly)).toBe(true);
    expect(container.env?.filter(({ valueFrom }) => valueFrom?.secretKeyRef !== undefined)).toEqual([]);
    const paths = [...TEXT.matchAll(/\/run\/secrets\/\w+/gu)].map(([path]) => path);
    const mounted = container.volumeMounts?.map(({ mountPath }) => mountPath) ?? [];
    expect(new Set(paths)).toEqual(new Set(mounted));
  });

  it('lets agents be reached by nobody, and reach Redis, names and what --allow names', () => {
    expect(policy.spec).toMatchObject({ policyTypes: ['Ingress', 'Egress'], ingress: [] });
    expect(policy.spec?.podSelector).toEqual({ matchLabels: spec.template.metadata?.labels });
    const blocks = policy.spec?.egress?.flatMap(({ to }) => to ?? []).flatMap(({ ipBlock }) => ipBlock?.cidr ?? []);
    expect(blocks).toEqual(container.args?.flatMap((flag) => /^--allow=(.*)$/u.exec(flag)?.[1] ?? []));
  });
});
