import type { SuccessiveMeter } from '../cpu/successive-meter.ts';
import { ResumarkError } from '../domain/error.ts';
import type { FileTexts, ServerControls } from './server-controls.ts';

/** A server whose process can end and begin again. */
export interface Restartable {
  /** Of its process, which is another one after a stop. */
  readonly pid: number;
  readonly stop: () => Promise<void>;
  readonly start: (files?: FileTexts) => Promise<void>;
}

/** Controls of a server's process, whose CPU time is followed from one to the next. */
export const processControls = (
  server: Restartable,
  meter: SuccessiveMeter,
): Required<Pick<ServerControls, 'restart' | 'start' | 'stop'>> => {
  let isStopped = false;
  const stop = async (): Promise<void> => {
    meter.leave();
    isStopped = true;
    await server.stop();
  };
  const start = async (files?: FileTexts): Promise<void> => {
    if (!isStopped) throw new ResumarkError('TARGET', 'it runs already.');
    await server.start(files);
    isStopped = false;
    meter.follow(server.pid);
  };
  return {
    stop,
    start,
    restart: async (files) => {
      await stop();
      await start(files);
    },
  };
};
