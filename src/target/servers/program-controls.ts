import type { SuccessiveMeter } from '../../cpu/successive-meter.ts';
import { certificateFiles, type CertificatePair } from '../certificate.ts';
import { processControls, type Restartable } from '../process-controls.ts';
import type { RunningProgram } from '../program/program.ts';
import type { ServerControl, ServerControls } from '../server-controls.ts';
import type { ProgramAccount } from './program-account.ts';
import type { ServerRecipe } from './recipe.ts';

/** A program, and what is needed to do something to it while it serves. */
export interface ControlledProgram extends Pick<ServerRecipe, 'reload' | 'useCertificate'> {
  readonly running: RunningProgram;
  readonly meter: SuccessiveMeter;
  /** `undefined` where it keeps none. */
  readonly account: ProgramAccount | undefined;
  /** Makes another certificate; `undefined` where clients would not trust it. */
  readonly makeCertificate: (() => Promise<CertificatePair>) | undefined;
}

export const programControls = (program: ControlledProgram): ServerControls => {
  const { running, reload, meter } = program;
  const renew = renewing(program);
  return {
    ...processControls(restartable(program), meter),
    ...(renew !== undefined && { renew }),
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
const renewing = ({ running, reload, useCertificate, makeCertificate }: ControlledProgram): ServerControl | undefined => {
  if (makeCertificate === undefined || (reload ?? useCertificate) === undefined) return undefined;
  return async () => {
    const pair = await makeCertificate();
    await running.put(certificateFiles(pair));
    await (useCertificate === undefined ? reload?.(running) : useCertificate(running, pair));
  };
};
