import { ResumarkError } from '../../domain/error.ts';
import type { WaySettings } from '../../scenario/way-schema.ts';
import type { OpenTarget } from '../open-target.ts';
import { OwnProcess } from '../own-process.ts';
import { isOwnNetwork } from './own-network.ts';
import type { WayRequest, WayResponse } from './way-messages.ts';

/**
 * - `network`: through a network namespace, where the TCP connect takes its time too.
 * - `relay`: through a process that holds bytes back, where there can be no such namespace.
 */
export type WayKind = 'network' | 'relay';

export interface WayOptions {
  readonly settings: WaySettings;
  /** Ways of one run have different numbers, from 1 to 254. */
  readonly number: number;
  readonly seed: number;
}

/**
 * Puts a way that takes time before a server of this machine.
 *
 * @throws ResumarkError USAGE when packets are to be lost and there is no network for it, TARGET when the way cannot be made.
 */
export const throughWay = async (
  target: OpenTarget,
  options: WayOptions,
): Promise<OpenTarget & { readonly wayKind: WayKind }> => {
  const wayKind = isOwnNetwork() ? 'network' : 'relay';
  if (wayKind === 'relay' && options.settings.loss > 0) throw noLoss();
  const process = new OwnProcess<WayRequest, WayResponse>(wayKind === 'network' ? 'way/tunnel-process' : 'way/relay-process');
  const { address, port } = target;
  const answer = await process.ask({ ...options, server: { address, port } });
  if (answer.type === 'open') {
    const close = async (): Promise<void> => {
      await process.close();
      await target.close();
    };
    return { ...target, address: answer.address, port: answer.port, close, wayKind };
  }
  await process.close();
  throw new ResumarkError('TARGET', `the way to ${address} port ${String(port)} cannot be made: ${answer.reason}.`);
};

const noLoss = (): ResumarkError =>
  new ResumarkError(
    'USAGE',
    'loss takes a network namespace, and there can be none here: a relay of bytes loses nothing.',
    'Leave loss out, or allow user namespaces and /dev/net/tun.',
  );
