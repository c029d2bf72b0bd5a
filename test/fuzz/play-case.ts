import { failureKey } from '../../src/domain/failure.ts';
import { converse } from './converse.ts';
import { Dice } from './dice.ts';
import { chooseMutation, type Due } from './mutation.ts';
import type { Situation } from './situations.ts';
import type { PieceBytes, Subject } from './subject.ts';

/** What came of one case. */
export interface CaseOutcome {
  readonly situation: string;
  readonly what: string;
  /** `finished`, or why it failed, or `handshaking` when the client still waits. */
  readonly result: string;
  /** What is wrong with that; `undefined` when nothing is. */
  readonly objection: string | undefined;
}

/** One bad server in one situation, chosen by the seed, and a judgement of what the client made of it. */
export const playCase = (subject: Subject, situations: readonly Situation[], seed: number): CaseOutcome => {
  const dice = new Dice(seed);
  const situation = dice.pick(situations);
  const played = play(subject, situation, dice, 0xee);
  // Who reads behind what came reads something else the second time.
  if (played.objection !== undefined || !situation.isRepeatable || seed % 16 !== 0) return played;
  const again = new Dice(seed);
  again.pick(situations);
  const { result } = play(subject, situation, again, 0x16);
  return result === played.result ? played : { ...played, objection: `with other bytes behind the input it is ${result}` };
};

const play = (subject: Subject, situation: Situation, dice: Dice, fill: number): CaseOutcome => {
  const { client, session, verifies, name } = situation;
  const plan = situation.fresh();
  const mutation = chooseMutation(plan, verifies, dice);
  let objection: string | undefined;
  let result: string;
  const { connection } = subject;
  try {
    const server = converse(subject, { plan, client, session, tamper: mutation, pieceBytes: pieces(dice), fill });
    result = connection.status;
    if (result === 'failed') result = connection.failure === undefined ? 'failed without a word' : failureKey(connection.failure);
    if (result === 'finished') objection = objectionTo(subject, mutation.due, server);
    else if (mutation.due === 'finish') objection = 'an honest server was refused';
    if (result === 'failed without a word') objection = result;
    if (dice.chance(0.02)) connection.takeSession()?.der();
    connection.release();
  } catch (error) {
    result = 'thrown';
    objection = `thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  if (!subject.isMemoryIntact) objection = 'memory outside of its own was written';
  return { situation: name, what: mutation.what, result, objection };
};

/** What is wrong with a handshake that finished. */
const objectionTo = (
  { connection }: Subject,
  due: Due,
  server: { readonly isDone: boolean; readonly isResumed: boolean },
): string | undefined => {
  if (due === 'fail') return 'it must not finish';
  if (due === 'either') return undefined;
  if (!server.isDone) return 'it finished, and the server has another opinion';
  const { resumed, hello } = connection.evidence;
  if (resumed !== server.isResumed) return `it says resumed ${String(resumed)}, the server ${String(server.isResumed)}`;
  // A hello of more than 16 KiB is not read for evidence.
  if (hello === undefined) return due === 'finish' ? 'the hellos prove nothing' : undefined;
  return hello.resumed === resumed ? undefined : 'the hellos contradict it';
};

const pieces = (dice: Dice): PieceBytes => {
  switch (dice.below(3)) {
    case 0:
      return () => Infinity;
    case 1:
      return () => 1 + dice.below(1500);
    default:
      return () => 1 + dice.below(20);
  }
};
