import type { SuccessiveMeter } from '../../cpu/successive-meter.ts';
import { certificateFiles } from '../certificate-pair.ts';
import { ticketKeyOf } from '../reference/ticket-key.ts';
import { processControls, type Restartable } from '../process-controls.ts';
import type { RunningProgram } from '../program/program.ts';
import type { ServerControl, ServerControls } from '../server-controls.ts';
import type { CertificateSeries } from './certificate-series.ts';
import type { ProgramAccount } from './program-account.ts';
import type { ServerRecipe, TicketKeys } from './recipe.ts';

/** A program, and what is needed to do something to it while it serves. */
export interface ControlledProgram extends Pick<ServerRecipe, 'reload' | 'useCertificate' | 'ticketKeyFiles'> {
  readonly running: RunningProgram;
  readonly meter: SuccessiveMeter;
  /** `undefined` where it keeps none. */
  readonly account: ProgramAccount | undefined;
  /** `undefined` where clients would not trust the later ones. */
  readonly certificates: CertificateSeries | undefined;
  /** Those that it was given at its start; `undefined` where it makes its own. */
  readonly ticketKeys: TicketKeys | undefined;
}

export const programControls = (program: ControlledProgram): ServerControls => {
  const { running, reload, meter } = program;
  const [renew, rotate] = [renewing(program), rotating(program)];
  return {
    ...processControls(restartable(program), meter),
    ...(renew !== undefined && { renew }),
    ...(rotate !== undefined && { rotate }),
    ...(reload !== undefined && {
      reload: async (files = {}) => {
        await running.put(files);
        await reload(running);
      },
    }),
  };
};

const restartable = ({ running, account }: ControlledProgram): Restartable => ({
  get pid() {
    return running.pid;
  },
  stop: async () => {
    await account?.keep();
    await running.stop();
  },
  start: async (files = {}) => {
    await running.put(files);
    await running.start();
  },
});

/** A certificate is taken by the server's own way to do that, or at a reload. */
const renewing = ({ running, reload, useCertificate, certificates }: ControlledProgram): ServerControl | undefined => {
  if (certificates === undefined || (reload ?? useCertificate) === undefined) return undefined;
  let times = 0;
  return async () => {
    const pair = await certificates.after(++times);
    await running.put(certificateFiles(pair));
    await (useCertificate === undefined ? reload?.(running) : useCertificate(running, pair));
  };
};

/** A key takes the place of the one before, of which nothing is kept. */
const rotating = ({ running, reload, ticketKeyFiles, ticketKeys }: ControlledProgram): ServerControl | undefined => {
  if (ticketKeys === undefined || ticketKeyFiles === undefined || reload === undefined) return undefined;
  const [first] = ticketKeys;
  let rotations = 0;
  return async () => {
    rotations += 1;
    await running.put(ticketKeyFiles([ticketKeyOf(first, rotations)]));
    await reload(running);
  };
};
