import { SELF_TEST_REGRESSION } from '../../analysis/judging-rules.ts';
import type { RunSummary } from '../../analysis/summary/run-summary.ts';
import { ResumarkError } from '../../domain/error.ts';
import type { GateOutcome } from '../../domain/gate.ts';
import type { SelfTestResult, SelfTestStep } from '../../domain/self-test.ts';
import { decodeScenario, type DecodedScenario } from '../../scenario/decode.ts';
import { runGated } from './gated-run.ts';

export interface SelfTestOptions {
  readonly signal?: AbortSignal;
  readonly onStep?: (step: SelfTestStep) => void;
}

/**
 * Proves that the gate works here: two reference servers that are the same must not fail it, and one that is slower by 20% of the median
 * just measured must.
 */
export const gateSelfTest = async ({ signal, onStep }: SelfTestOptions = {}): Promise<SelfTestResult> => {
  const step = async (kind: SelfTestStep['kind'], workNs: number): Promise<SelfTestStep> => {
    const { summary, decision } = await runGated(scenarioWith(workNs), signal === undefined ? {} : { signal });
    const tested = { kind, workNs, p50Ns: medianBefore(summary), decision };
    onStep?.(tested);
    return tested;
  };
  const same = await step('same', 0);
  if (same.decision.outcome === 'failed') return 'wrong';
  const worse = await step('worse', Math.round(SELF_TEST_REGRESSION * same.p50Ns));
  return RESULT[worse.decision.outcome];
};

const RESULT: Readonly<Record<GateOutcome, SelfTestResult>> = { failed: 'proven', inconclusive: 'undecided', passed: 'wrong' };

/** Full handshakes of TLS 1.3: what a change of the server shows in most plainly. */
const scenarioWith = (workNs: number): DecodedScenario =>
  decodeScenario(
    {
      name: 'gate-self-test',
      states: { before: { server: {} }, after: { server: { work: `${String(workNs / 1e3)}us` } } },
      protocols: ['TLSv1.3'],
      modes: ['full'],
    },
    {},
    'the self-test',
  );

const medianBefore = ({ cells }: RunSummary): number => {
  const p50 = cells.find(({ state }) => state === 'before')?.handshakeNs.quantileNs(0.5);
  if (p50 === undefined) throw new ResumarkError('TARGET', 'the reference server of the self-test answered no handshake.');
  return p50;
};
