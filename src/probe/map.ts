import { followUp } from '../analysis/probe/follow-up.ts';
import { groupsOf } from '../analysis/probe/groups.ts';
import { planPairs, type PlannedPair } from '../analysis/probe/pair-plan.ts';
import { predictedShare } from '../analysis/probe/prediction.ts';
import type { AddressReport, FleetMap } from '../domain/probe-record.ts';
import type { Engine } from '../engine/engine.ts';
import type { ScriptOptions } from '../engine/script.ts';
import type { Examination } from './examination.ts';
import { mapKindOf } from './map-kind.ts';
import { PairTries, type PairKind } from './pairs.ts';

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
  const kind = mapKindOf(examinations);
  if (kind === undefined) return NO_MAP;
  const mapped = kind.addresses.map((address) => ({ address, keyNames: keyNamesOf(examinations[address]?.report(), kind) }));
  const plan = planPairs(mapped, tries);
  const tried = new PairTries(engine, examinations, kind);
  let asked: readonly PlannedPair[] = plan.pairs;
  while (asked.length > 0 && options.signal?.aborted !== true) {
    await tried.add(asked, options);
    asked = followUp(plan, tried.reports());
  }
  const pairs = tried.reports();
  const groups = groupsOf(mapped, pairs);
  const { protocol, mechanism } = kind;
  return {
    protocol,
    mechanism,
    method: plan.method,
    groups,
    pairs,
    predicted: predictedShare(groups, pairs),
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

const keyNamesOf = (report: AddressReport | undefined, { protocol }: PairKind): readonly string[] => {
  const spoken = report?.protocols.find((each) => each.protocol === protocol);
  return spoken?.state === 'negotiated' ? spoken.tickets.keyNames : [];
};
