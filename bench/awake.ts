import { open } from 'node:fs/promises';

/** PM QoS: as long as it is open, no idle core may take longer than the written number of us to wake up (Linux, power/pm_qos_interface). */
const LATENCY_REQUEST = '/dev/cpu_dma_latency';

/** Cores that poll while they are idle, until it is closed. */
export interface Awake {
  close(): Promise<void>;
}

/**
 * Keeps idle cores from halting, as cyclictest does. On a virtual machine a halted core is dear to wake: a thread that sleeps until the next
 * event then pays several times as much CPU for its sleep, and so does the one that wakes it.
 *
 * @throws RangeError where it cannot be had: it takes root, and a Linux with CPU idle states.
 */
export const keepAwake = async (): Promise<Awake> => {
  try {
    const request = await open(LATENCY_REQUEST, 'r+');
    await request.write(new Uint8Array(4));
    return request;
  } catch (error) {
    throw new RangeError(
      `--awake needs ${LATENCY_REQUEST}, which cannot be written (${String(error)}): be root, or leave it out.`,
    );
  }
};
