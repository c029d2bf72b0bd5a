import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Relay {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts a relay on loopback that holds all bytes back by so long on the way to the server, and on the way back. */
export const startSlowRelay = (targetPort: number, toServerMs: number, toClientMs = toServerMs): Promise<Relay> =>
  start('slow-relay', [targetPort, toServerMs, toClientMs]);

/** Starts a relay on loopback that sends what the server says in two writes each, with Nagle's algorithm on: see the module. */
export const startNagleRelay = (targetPort: number): Promise<Relay> => start('nagle-relay', [targetPort]);

/** Starts a relay on loopback that lets one connection through each so many ms. */
export const startTurnstile = (targetPort: number, serviceMs: number): Promise<Relay> =>
  start('turnstile-relay', [targetPort, serviceMs]);

/** Starts a relay on loopback that breaks off every n-th connection at its ClientHello. */
export const startBreakingRelay = (targetPort: number, every: number): Promise<Relay> =>
  start('breaking-relay', [targetPort, every]);
/** Starts a relay on loopback that breaks off every handshake in which a TLS 1.3 session is offered, by an alert. */
export const startPskAlertRelay = (targetPort: number): Promise<Relay> => start('psk-alert-relay', [targetPort]);

const start = async (name: string, args: readonly number[]): Promise<Relay> => {
  const child = fork(fileURLToPath(new URL(`./${name}.mjs`, import.meta.url)), args.map(String));
  const [port] = (await once(child, 'message')) as [number];
  return {
    port,
    close: async () => {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
};
