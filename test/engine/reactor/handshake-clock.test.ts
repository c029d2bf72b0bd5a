import { describe, expect, it } from 'vitest';
import { HandshakeClock } from '../../../src/engine/reactor/handshake-clock.ts';

const US = 1000;

interface Step {
  readonly arrivalUs: number;
  readonly readUs: number;
  readonly doneUs: number;
  /** Whether a flight goes out when the work is done. */
  readonly sends?: boolean;
}

/** A connection whose ClientHello leaves at 0. */
const clockAfter = (...steps: readonly Step[]): HandshakeClock => {
  const clock = new HandshakeClock();
  clock.begin(0);
  for (const { arrivalUs, readUs, doneUs, sends = false } of steps) {
    clock.read(arrivalUs * US, readUs * US);
    clock.worked(doneUs * US, sends);
  }
  clock.finish();
  return clock;
};

const partsUs = ({ waitNs, clientNs, queueNs, latencyNs }: HandshakeClock) => ({
  wait: waitNs / US,
  client: clientNs / US,
  queue: queueNs / US,
  latency: latencyNs / US,
});

describe('the time of a handshake falls apart', () => {
  it('in one round trip, into wait, queue and work', () => {
    const clock = clockAfter({ arrivalUs: 300, readUs: 450, doneUs: 500, sends: true });
    expect(partsUs(clock)).toEqual({ wait: 300, client: 50, queue: 150, latency: 350 });
    expect(clock.elapsedNs).toBe(500 * US);
  });

  it('in two round trips, of which the second begins when our flight is really sent', () => {
    const clock = clockAfter(
      { arrivalUs: 300, readUs: 450, doneUs: 500, sends: true },
      { arrivalUs: 800, readUs: 1800, doneUs: 1810 },
    );
    expect(partsUs(clock)).toEqual({ wait: 600, client: 60, queue: 1150, latency: 660 });
  });

  it('in a flight of two reads, with the work on the first part hidden behind the way of the second', () => {
    // Read at once, the first part would be worked off at 140, before the second arrives at 200.
    const clock = clockAfter(
      { arrivalUs: 100, readUs: 110, doneUs: 150 },
      { arrivalUs: 200, readUs: 230, doneUs: 250, sends: true },
    );
    expect(partsUs(clock)).toEqual({ wait: 160, client: 60, queue: 30, latency: 220 });
    expect(clock.elapsedNs).toBe(250 * US);
  });

  it('in a flight whose second part had arrived before the first was worked off: nobody waits for it', () => {
    const clock = clockAfter(
      { arrivalUs: 100, readUs: 100, doneUs: 180 },
      { arrivalUs: 150, readUs: 180, doneUs: 200, sends: true },
    );
    expect(partsUs(clock)).toEqual({ wait: 100, client: 100, queue: 0, latency: 200 });
  });

  it('always into parts that make up the whole', () => {
    const clock = clockAfter(
      { arrivalUs: 90, readUs: 400, doneUs: 420 },
      { arrivalUs: 395, readUs: 421, doneUs: 700, sends: true },
      { arrivalUs: 1100, readUs: 1101, doneUs: 1111 },
      { arrivalUs: 1109, readUs: 1900, doneUs: 1950, sends: true },
    );
    expect(clock.waitNs + clock.clientNs + clock.queueNs).toBe(clock.elapsedNs);
  });

  it('at its end: what comes later is none of it, and is counted from there on', () => {
    const clock = clockAfter({ arrivalUs: 300, readUs: 300, doneUs: 350, sends: true });
    clock.read(550 * US, 900 * US);
    clock.worked(905 * US, false);
    expect([clock.waitNs, clock.clientNs, clock.queueNs]).toEqual([300 * US, 50 * US, 0]);
    expect(clock.sinceFinishNs).toBe(205 * US);
  });
});

describe('an arrival that is not known makes the whole handshake one of our own clock', () => {
  it.each([
    ['no stamp', Number.NaN],
    ['a stamp from before our flight was sent: the system’s clock went back', -500],
    ['a stamp from after we read it: the system’s clock went forward', 9000],
  ])('%s', (_, arrivalUs) => {
    const clock = clockAfter({ arrivalUs, readUs: 400, doneUs: 450, sends: true });
    expect(clock.isStamped).toBe(false);
    expect(clock.latencyNs).toBe(450 * US);
  });

  it('unless it lies beyond what is possible by no more than the clocks are exact', () => {
    const clock = clockAfter({ arrivalUs: 401, readUs: 400, doneUs: 450, sends: true });
    expect(partsUs(clock)).toEqual({ wait: 400, client: 50, queue: 0, latency: 450 });
  });
});
