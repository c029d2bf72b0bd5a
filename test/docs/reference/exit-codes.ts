import { EXIT } from '../../../src/domain/error.ts';
import { code, table } from './markdown.ts';

const MEANING: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done; gates passed',
  internal: 'internal error: please report it',
  usage: 'a flag, the scenario or a result file is wrong; nothing was measured',
  inconclusive: 'inconclusive: a gate or a comparison could not be decided',
  target: 'the target failed, or a mode was never honoured',
  partial: 'partial: a worker was lost, or the run folder could not be written',
  gate: 'a gate failed, a comparison found a regression, or an expectation of a probe does not hold',
  interrupted: 'interrupted by Ctrl-C; what was measured is saved',
  terminated: 'ended by SIGTERM; what was measured is saved',
};

export const exitCodes = (): string =>
  table(
    ['exit code', 'meaning'],
    (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => [code(String(EXIT[name])), MEANING[name]]),
  );
