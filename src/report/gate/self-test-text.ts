import { EXIT } from '../../domain/error.ts';
import type { SelfTestResult, SelfTestStep } from '../../domain/self-test.ts';
import { formatDuration } from '../text/units.ts';
import { gateLines } from './section.ts';

/** What was done in a step, and what the gate made of it. */
export const selfTestStep = ({ kind, workNs, p50Ns, decision }: SelfTestStep): string => {
  const what =
    kind === 'same'
      ? `Two reference servers that are the same, full handshakes of TLS 1.3, p50 ${formatDuration(p50Ns)}. The gate must not fail.`
      : `The second server burns ${formatDuration(workNs)} more in each handshake, which is 20 % of the p50 just measured. The gate must fail.`;
  const made =
    decision.outcome === 'failed' ? `It failed (exit code ${String(EXIT.gate)}).` : `It did not fail (${decision.outcome}).`;
  return [what, ...gateLines(decision).map((line) => `  ${line}`), made, ''].join('\n');
};

export const selfTestVerdict = (result: SelfTestResult): string => VERDICT[result];

const VERDICT: Readonly<Record<SelfTestResult, string>> = {
  proven: 'Proven: here the gate fails on a change of 20 % and not on none.',
  undecided: 'Not proven: noise kept the gate from seeing a change of 20 %. Try again when the machine is quiet.',
  wrong: 'Wrong: the gate did the opposite of what it must. Do not trust it on this machine.',
};
