import { followUp } from '../analysis/probe/follow-up.ts';
import { groupsOf } from '../analysis/probe/groups.ts';
import { mapKindOf, type MapKind } from '../analysis/probe/map-kind.ts';
import { planPairs, type PlannedPair } from '../analysis/probe/pair-plan.ts';
import { predictedShare } from '../analysis/probe/prediction.ts';
import type { AddressReport, FleetMap, PairReport } from '../domain/probe-record.ts';
import type { Engine } from '../engine/engine.ts';
import type { ScriptOptions } from '../engine/script.ts';
import type { Examination } from './examination.ts';
import { tryPairs } from './pairs.ts';

export interface MapOptions extends ScriptOptions {
  readonly tries: number;
}

/**
 * Maps which addresses resume the sessions of which, with the kind of session that most of them have. A fleet of one address has no map.
 */
export const mapFleet = async (
  engine: Engine,
  examinations: readonly Examination[],
  { tries, ...options }: MapOptions,
): Promise<FleetMap | null> => {
  if (examinations.length < 2) return null;
  const reports = examinations.map((examination) => examination.report());
  const kind = mapKindOf(reports);
  if (kind === undefined) return NO_MAP;
  const mapped = kind.addresses.map((address) => ({ address, keyNames: keyNamesOf(reports[address], kind) }));
  const plan = planPairs(mapped, tries);
  const tried: PairReport[] = [];
  let asked: readonly PlannedPair[] = plan.pairs;
  while (asked.length > 0 && options.signal?.aborted !== true) {
    tried.push(...(await tryPairs(engine, examinations, asked, { ...kind, ...options })));
    asked = followUp(plan, tried);
  }
  const groups = groupsOf(mapped, tried);
  const { protocol, mechanism } = kind;
  return {
    protocol,
    mechanism,
    method: plan.method,
    groups,
    pairs: summedPairs(tried),
    predicted: predictedShare(groups, tried),
    balanced: null,
  };
};

/** No address has a session to offer to another. */
const NO_MAP: FleetMap = {
  protocol: null,
  mechanism: null,
  method: 'pairs',
  groups: [],
  pairs: [],
  predicted: null,
  balanced: null,
};

const keyNamesOf = (report: AddressReport | undefined, { protocol }: MapKind): readonly string[] => {
  const spoken = report?.protocols.find((each) => each.protocol === protocol);
  return spoken?.state === 'negotiated' ? spoken.tickets.keyNames : [];
};
