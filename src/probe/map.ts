import { followUp } from '../analysis/probe/follow-up.ts';
import { groupsOf } from '../analysis/probe/groups.ts';
import { planPairs, type PlannedPair } from '../analysis/probe/pair-plan.ts';
import { predictedShare, type AnsweringAddress } from '../analysis/probe/prediction.ts';
import type { Mechanism } from '../domain/kind.ts';
import type { AddressReport, FleetMap } from '../domain/probe-record.ts';
import type { Engine } from '../engine/engine.ts';
import type { ScriptOptions } from '../engine/script.ts';
import type { Random } from '../stats/random.ts';
import { tryBalanced, type BalancedTarget } from './balanced.ts';
import type { Examination } from './examination.ts';
import { mapKindOf } from './map-kind.ts';
import { PairTries, type PairKind } from './pairs.ts';

export interface MapOptions extends ScriptOptions {
  readonly tries: number;
  readonly random: Random;
  /** A name that is balanced over the addresses, to check the prediction at. */
  readonly balanced: BalancedTarget | undefined;
}

/** The check of a prediction needs more tries than an address: of ten, half resumed leaves all between 19% and 81% possible. */
const BALANCED_TRIES = 5;

/**
 * Maps which addresses resume the sessions of which, with the kind of session that most of them have. A fleet of one address has no map.
 */
export const mapFleet = async (
  engine: Engine,
  examinations: readonly Examination[],
  { tries, random, balanced, ...options }: MapOptions,
): Promise<FleetMap | null> => {
  if (examinations.length < 2) return null;
  const kind = mapKindOf(examinations);
  if (kind === undefined) return NO_MAP;
  const mapped = kind.addresses.map((address) => ({ address, keyNames: keyNamesOf(examinations[address]?.report(), kind) }));
  const plan = planPairs(mapped, tries);
  const tried = new PairTries(engine, examinations, kind);
  let asked: readonly PlannedPair[] = plan.pairs;
  // An address that gives no more sessions leaves its questions open.
  for (let before = -1; asked.length > 0 && tried.attempts > before && options.signal?.aborted !== true;) {
    before = tried.attempts;
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
    predicted: predictedShare(answering(examinations, kind), groups, pairs),
    balanced:
      balanced === undefined
        ? null
        : await tryBalanced(engine, balanced, kind, { ...options, tries: BALANCED_TRIES * tries, random }),
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

/** The addresses that answer in the protocol of the map, also those that give no session. */
const answering = (examinations: readonly Examination[], { protocol, mechanism }: PairKind): AnsweringAddress[] =>
  examinations.flatMap((examination, address) => {
    const speaks = examination.report().protocols.some((each) => each.protocol === protocol && each.state === 'negotiated');
    const [resumption] = GIVEN_INSTEAD[mechanism].flatMap((given) => examination.resumption(protocol, given) ?? []);
    return speaks ? [{ address, givesSessions: resumption !== undefined, own: resumption?.report() ?? NO_TRIES }] : [];
  });

/** The mechanisms by which a client that asks for sessions of one kind may come to resume: the server chooses what it gives. */
const GIVEN_INSTEAD: Readonly<Record<Mechanism, readonly Mechanism[]>> = {
  'session-id': ['session-id'],
  ticket: ['ticket', 'session-id'],
  psk: ['psk', 'psk-stateful'],
  'psk-stateful': ['psk-stateful', 'psk'],
};

const NO_TRIES = { tries: 0, honoured: 0 };

const keyNamesOf = (report: AddressReport | undefined, { protocol }: PairKind): readonly string[] => {
  const spoken = report?.protocols.find((each) => each.protocol === protocol);
  return spoken?.state === 'negotiated' ? spoken.tickets.keyNames : [];
};
