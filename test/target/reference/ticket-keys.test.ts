import { describe, expect, it } from 'vitest';
import { TicketKeys, type Rotation } from '../../../src/target/reference/libssl/ticket-keys.ts';

/** Ticket keys on a clock of the test's own. */
const keysAt = (rotation: Partial<Rotation>, first = Buffer.alloc(80, 7)) => {
  const clock = { ms: 1000 };
  const keys = new TicketKeys({ everyMs: 10_000, keep: 1, phaseMs: 0, startMs: undefined, ...rotation }, first, () => clock.ms);
  return { clock, keys, names: () => keys.all.map(({ memory: [key] }) => key?.bytes.toString('hex', 0, 16)) };
};

describe('ticket keys that rotate', () => {
  it('change when their time has come, and keep as many previous ones as they are told', () => {
    const { clock, names } = keysAt({ keep: 2 });
    const seen: (string | undefined)[] = [];
    for (let rotation = 0; rotation < 5; rotation++) {
      clock.ms = 1000 + rotation * 10_000;
      const now = names();
      clock.ms += 9999;
      expect(names()).toEqual(now);
      seen.unshift(now[0]);
      expect(now).toEqual(seen.slice(0, 3));
    }
    expect(new Set(seen).size).toBe(5);
  });

  it('are the same all along on servers that were given the same one, also where one was not asked for a while', () => {
    const [often, seldom, other] = [keysAt({}), keysAt({}), keysAt({}, Buffer.alloc(80, 8))];
    for (let ms = 1000; ms < 60_000; ms += 5000) {
      often.clock.ms = ms;
      often.names();
    }
    seldom.clock.ms = often.clock.ms;
    other.clock.ms = often.clock.ms;
    expect(seldom.names()).toEqual(often.names());
    expect(other.names()[0]).not.toBe(often.names()[0]);
  });

  it('come earlier by the phase', () => {
    const [plain, early] = [keysAt({}), keysAt({ phaseMs: 4000 })];
    plain.clock.ms = early.clock.ms = 1000 + 6000;
    expect(early.names()).toHaveLength(2);
    expect(early.names()[1]).toBe(plain.names()[0]);
  });

  it('change at once when they are asked to', () => {
    const { keys, names } = keysAt({});
    const [before] = names();
    keys.rotate();
    expect(names()).toEqual([expect.not.stringMatching(before ?? ''), before]);
  });
});
