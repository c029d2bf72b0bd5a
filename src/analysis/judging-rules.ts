/** More invalid blocks than this, and what is left is a selection; more saturated ones, and the generator itself is in the number. */
export const MOST_SPOILT = 0.2;

/** Handshakes that must lie beyond a quantile that is compared: it must be a property of the block and not of a single slow one. */
export const BEYOND_FOR_RATIO = 20;

/** Against an absolute limit a block's quantile may be rougher: with ten beyond it errs to either side about equally often. */
export const BEYOND_FOR_LIMIT = 10;

/** Fewer runs of a state than this say next to nothing of how runs differ from each other. */
export const LEAST_RUNS = 5;

/** A change is to be found nine times in ten. */
export const POWER = 0.9;

/** Absolute floor of a change of latency: 20 us is what one wake-up more or less costs, and of a short handshake that is 5%. */
export const LATENCY_FLOOR_NS = 20_000;

/** Absolute floor of a change of CPU time: 5 us is what a colder cache costs. */
export const CPU_FLOOR_NS = 5000;

/** A share of resumed handshakes that moves by less than one in a hundred is the same: single handshakes are lost for many reasons. */
export const LEAST_SHARE_CHANGE = 0.01;

/** Between runs that behave alike a share moves more than between the blocks of one, and by less than this. */
export const LEAST_SHARE_GAP = 0.1;

/** A mode that is on in one state and off in the other needs no further proof. */
export const PLAIN_SHARE_CHANGE = 0.5;

/** Part of the median that the self-test of the gate burns in addition: clear of the minimum effect, and far from what anybody would overlook. */
export const SELF_TEST_REGRESSION = 0.2;

/** Time that the connections do not account for; beyond it a clock or the generator is wrong (Little's law). */
export const MOST_RESIDUAL = 0.05;
