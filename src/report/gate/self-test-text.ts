import { SELF_TEST_REGRESSION } from '../../analysis/judging-rules.ts';
import { EXIT } from '../../domain/error.ts';
import type { SelfTestResult, SelfTestStep } from '../../domain/self-test.ts';
import { formatDuration, formatShare } from '../text/units.ts';
import { gateLines } from './section.ts';

const REGRESSION = formatShare(SELF_TEST_REGRESSION);

/** A step of the self-test: what was measured, and the gate's answer. */
export const selfTestStep = ({ kind, workNs, p50Ns, decision }: SelfTestStep): string => {
  const what =
    kind === 'same'
      ? `Two identical reference servers, full TLS 1.3 handshakes, p50 ${formatDuration(p50Ns)}. The gate must not fail.`
      : `The second server burns ${formatDuration(workNs)} more CPU time per handshake, ${REGRESSION} of the p50 just measured. The gate must fail.`;
  const made =
    decision.outcome === 'failed' ? `It failed (exit code ${String(EXIT.gate)}).` : `It did not fail (${decision.outcome}).`;
  return [what, ...gateLines(decision).map((line) => `  ${line}`), made, ''].join('\n');
};

export const selfTestVerdict = (result: SelfTestResult): string => VERDICT[result];

const VERDICT: Readonly<Record<SelfTestResult, string>> = {
  proven: `Proven: on this machine the gate fails on a regression of ${REGRESSION}, and passes without one.`,
  undecided: `Not proven: noise kept the gate from detecting a regression of ${REGRESSION}. Try again when the machine is quiet.`,
  wrong: 'Wrong: the gate did the opposite of what it should. Do not trust gates on this machine.',
};
