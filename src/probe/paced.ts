import { setTimeout as sleep } from 'node:timers/promises';
import type { ScriptPace } from '../engine/script.ts';

/** Does something for each of several, some at the same time, begun at no more than the rate. Begins none after the signal. */
export const eachPaced = async <Item>(
  items: readonly Item[],
  { concurrency, perSecond, signal }: ScriptPace & { readonly signal: AbortSignal | undefined },
  act: (item: Item) => Promise<void>,
): Promise<void> => {
  const waiting = items.toReversed();
  let nextStartMs = performance.now();
  const actInTurn = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined && signal?.aborted !== true; item = waiting.pop()) {
      const waitMs = nextStartMs - performance.now();
      nextStartMs = Math.max(nextStartMs, performance.now()) + 1000 / perSecond;
      if (waitMs > 0) await sleep(waitMs);
      await act(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, actInTurn));
};
