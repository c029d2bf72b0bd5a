import { access, constants, open } from 'node:fs/promises';

/** PM QoS: as long as it is open, no idle core may take longer than the written number of us to wake up (Linux, power/pm_qos_interface). */
const LATENCY_REQUEST = '/dev/cpu_dma_latency';

/** Whether idle cores can be kept awake here: it takes root, and a Linux with CPU idle states. */
export const canKeepAwake = (): Promise<boolean> =>
  access(LATENCY_REQUEST, constants.W_OK).then(
    () => true,
    () => false,
  );

/**
 * Does something while idle cores poll instead of halting, as cyclictest has them. On a virtual machine a halted core is dear to wake: a
 * thread that sleeps until the next event then pays several times as much CPU for its sleep, and so does the one that wakes it.
 */
export const whileAwake = async <Value>(act: () => Promise<Value>): Promise<Value> => {
  const request = await open(LATENCY_REQUEST, 'r+');
  try {
    await request.write(new Uint8Array(4));
    return await act();
  } finally {
    await request.close();
  }
};
