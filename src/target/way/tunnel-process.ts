import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { seededRandom } from '../../stats/random.ts';
import { endWithParent } from '../end-with-parent.ts';
import { DelayLine } from './delay-line.ts';
import { ipv4, turnAround, type WayAddresses } from './packet.ts';
import { Tun } from './tun.ts';
import type { WayRequest, WayResponse } from './way-messages.ts';

/**
 * A way to a server that takes its time, SYN and all: a tun device, whose packets come back after a
 * delay as those of the other side. It belongs into a network namespace of its own.
 */

/** Between two looks at messages of the parent, which must see us end with it. */
const MOST_WAIT_MS = 20;

const open = ({ settings, number, seed, server }: WayRequest): WayResponse => {
  const network = `10.77.${String(number)}`;
  const name = `way${String(number)}`;
  const tun = new Tun(name);
  // Packets of a tun device may come from and go to 127.0.0.1, where servers listen, only with this.
  writeFileSync(`/proc/sys/net/ipv4/conf/${name}/route_localnet`, '1');
  execFileSync('ip', ['address', 'add', `${network}.1/24`, 'dev', name]);
  execFileSync('ip', ['link', 'set', name, 'up']);
  const addresses = { client: ipv4(`${network}.1`), dialled: ipv4(`${network}.2`), server: ipv4(server.address) };
  carry(tun, addresses, new DelayLine(settings, seededRandom(seed)));
  return { type: 'open', address: `${network}.2`, port: server.port };
};

/** Carries packets for ever, and gives way to the messages of the parent. */
const carry = (tun: Tun, addresses: WayAddresses, line: DelayLine<Buffer>): void => {
  const untilMs = performance.now() + MOST_WAIT_MS;
  for (let nowMs = performance.now(); nowMs < untilMs; nowMs = performance.now()) {
    tun.wait(Math.max(0, Math.min(line.nextDueMs, untilMs) - nowMs));
    for (let packet = tun.read(); packet !== undefined; packet = tun.read()) {
      if (turnAround(packet, addresses)) line.add(packet, performance.now());
    }
    for (const packet of line.takeDue(performance.now())) tun.write(packet);
  }
  setImmediate(carry, tun, addresses, line);
};

const answered = (request: WayRequest): WayResponse => {
  try {
    return open(request);
  } catch (error) {
    return { type: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
};

process.on('message', (request: WayRequest) => {
  process.send?.(answered(request));
});
endWithParent();
