import type { Redis } from 'ioredis';
import { ResumarkError } from '../../domain/error.ts';
import { claimKey, leaseKey, presenceKey, ROLL_KEY } from '../protocol/names.ts';
import { KEPT_S, PRESENCE_MS } from '../protocol/times.ts';
import type { BrokerAddress } from './address.ts';
import { CommonClock } from './clock.ts';
import { patientConnection, promptConnection } from './connection.ts';

/** Time to reach Redis at first. */
const MOST_CONNECT_MS = 5000;

/** Readings of the clock that a process begins with. */
const FIRST_READINGS = 8;

/**
 * Takes an agent for a run, unless it works for another one that still goes on.
 * KEYS: its claim. ARGV: the token of the run, ms to keep the claim, and how the key of a lease begins.
 */
const CLAIM = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] and redis.call('EXISTS', ARGV[3] .. holder) == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

/**
 * An agent's sign of life, in one round trip: it answers with the time, and with the run that has taken the agent, if its lease goes on.
 * KEYS: its presence, the roll, its claim. ARGV: its facts, ms to keep them, its id, seconds to keep the roll, how the key of a lease begins.
 */
const ANNOUNCE = `
local now = redis.call('TIME')
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('ZADD', KEYS[2], now[1] .. string.format('%06d', now[2]), ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[4])
local run = redis.call('GET', KEYS[3])
if run and redis.call('EXISTS', ARGV[5] .. run) == 0 then run = false end
return {now[1], now[2], run}`;

/** Gives an agent back, unless another run has it by now. */
const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** What coordinator and agents know of each other beside tasks: who is there, who works for whom, and what time it is. */
export class Broker {
  readonly address: BrokerAddress;
  readonly clock: CommonClock;
  readonly #redis: Redis;
  #subscriber: Redis | undefined;

  private constructor(address: BrokerAddress, redis: Redis) {
    this.address = address;
    this.#redis = redis;
    this.clock = new CommonClock(redis);
  }

  /** @throws ResumarkError USAGE when Redis cannot be reached, or does not let us in. */
  static async connect(address: BrokerAddress): Promise<Broker> {
    const redis = promptConnection(address);
    const broker = new Broker(address, redis);
    let reason = 'it does not answer';
    redis.on('error', (error: Error) => {
      reason = error.message;
    });
    const startMs = performance.now();
    while (performance.now() - startMs < MOST_CONNECT_MS) {
      try {
        await broker.clock.read(FIRST_READINGS);
        return broker;
      } catch (error) {
        // With a password that is wrong nothing becomes better by waiting.
        reason = refusalOf(error) ?? reason;
        if (refusalOf(error) !== undefined) break;
      }
    }
    redis.disconnect();
    throw new ResumarkError(
      'USAGE',
      `Redis at ${address.shown} cannot be used: ${reason.replace(/\.$/u, '')}.`,
      'Start redis-server or valkey-server there, or check the address, user and password.',
    );
  }

  /**
   * Gives an agent's sign of life, and reads the clock by the way.
   *
   * @returns the token of the run that it works for; `undefined` where there is none, or where its coordinator is gone.
   */
  async announce(id: string, facts: unknown): Promise<string | undefined> {
    const keys = [presenceKey(id), ROLL_KEY, claimKey(id)];
    const values = [JSON.stringify(facts), PRESENCE_MS, id, KEPT_S, leaseKey('')];
    const ask = () => this.#redis.eval(ANNOUNCE, keys.length, ...keys, ...values);
    const [, , run] = await this.clock.readWith(ask as () => Promise<[string, string, string | null]>);
    return run ?? undefined;
  }

  async leave(id: string): Promise<void> {
    await this.#redis.multi().del(presenceKey(id)).zrem(ROLL_KEY, id).exec();
  }

  /** The facts of every agent that is there. */
  async roll(): Promise<unknown[]> {
    const sinceUs = this.clock.nowUs() - PRESENCE_MS * 1000;
    await this.#redis.zremrangebyscore(ROLL_KEY, '-inf', sinceUs - KEPT_S * 1e6);
    const ids = await this.#redis.zrangebyscore(ROLL_KEY, sinceUs, '+inf');
    if (ids.length === 0) return [];
    const facts = await this.#redis.mget(ids.map(presenceKey));
    return facts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as unknown]));
  }

  /** The ids of those agents that give no sign of life any more. */
  async missing(ids: readonly string[]): Promise<readonly string[]> {
    if (ids.length === 0) return [];
    if ((await this.#redis.exists(ids.map(presenceKey))) === ids.length) return [];
    const facts = await this.#redis.mget(ids.map(presenceKey));
    return ids.filter((_, index) => facts[index] === null);
  }

  /** @returns true when the agent works for the run from now on. */
  async claim(id: string, token: string): Promise<boolean> {
    return (await this.#redis.eval(CLAIM, 1, claimKey(id), token, KEPT_S * 1000, leaseKey(''))) === 1;
  }

  /** Begins a lease, or prolongs it. @returns false when a lease that had been begun was not there any more. */
  async renew(token: string, forMs: number, isFirst = false): Promise<boolean> {
    if (!isFirst) return (await this.#redis.pexpire(leaseKey(token), forMs)) === 1;
    await this.#redis.set(leaseKey(token), '1', 'PX', forMs);
    return true;
  }

  /** Gives agents back that the run has. */
  async unclaim(token: string, ids: readonly string[]): Promise<void> {
    const batch = this.#redis.pipeline();
    for (const id of ids) batch.eval(RELEASE, 1, claimKey(id), token);
    await batch.exec();
  }

  /** Ends the lease of a run. */
  async end(token: string): Promise<void> {
    await this.#redis.del(leaseKey(token));
  }

  /** Sends a message to who listens now. What nobody hears is lost. */
  publish(channel: string, message: unknown): void {
    void this.#redis.publish(channel, JSON.stringify(message)).catch(() => undefined);
  }

  /** Listens to one channel instead of what was listened to before. */
  async listen(channel: string | undefined, onMessage: (message: unknown) => void): Promise<void> {
    this.#subscriber?.disconnect();
    this.#subscriber = undefined;
    if (channel === undefined) return;
    const subscriber = patientConnection(this.address);
    this.#subscriber = subscriber;
    subscriber.on('message', (_channel, text) => {
      onMessage(JSON.parse(text) as unknown);
    });
    await subscriber.subscribe(channel);
  }

  close(): void {
    this.#subscriber?.disconnect();
    this.#redis.disconnect();
  }
}

const REFUSALS = ['WRONGPASS', 'NOPERM', 'ERR AUTH'];

/** Why Redis does not let us in; `undefined` where it is no matter of that. */
const refusalOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined;
  // It goes on about the commands with which a client would have to log in.
  if (error.message.includes('NOAUTH')) return 'it asks for a password';
  return REFUSALS.some((refusal) => error.message.includes(refusal)) ? error.message : undefined;
};
