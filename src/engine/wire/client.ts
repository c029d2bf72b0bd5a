import { isIP } from 'node:net';
import { ResumarkError } from '../../domain/error.ts';
import { groupName } from '../../tls/names.ts';
import type { ClientSettings } from '../engine.ts';
import type { ReactorClient } from '../reactor/reactor.ts';
import { socketAddress, type SocketAddress } from '../reactor/socket-address.ts';
import { Chains, trustsAll } from './chains.ts';
import { GROUPS, type GroupShape, type KeyPair } from './crypto/key-exchange.ts';
import type { Primitives } from './crypto/primitives.ts';
import { fault } from './fault.ts';
import { makeClientHelloTemplate, mostTicketBytes, type ClientHelloTemplate } from './client-hello-template.ts';
import type { Part } from './server-hello.ts';
import { suitesOf, type Suite } from './suites.ts';
import type { Trust } from './trust.ts';

/** Offered unless groups are given; P-384 last, the post-quantum hybrid only by name. */
const DEFAULT_GROUPS = ['X25519', 'P-256', 'P-384'];

/** Client whose connections share all that does not differ between them. */
export class WireClient implements ReactorClient {
  readonly settings: ClientSettings;
  readonly address: SocketAddress;
  readonly sources: readonly SocketAddress[];
  readonly isTls13: boolean;
  readonly suites: readonly Suite[];
  readonly groups: readonly GroupShape[];
  readonly template: ClientHelloTemplate;
  /** Longer tickets cannot be offered. */
  readonly mostTicketBytes: number;
  readonly chains: Chains;
  readonly checksSignature: boolean;
  readonly #reused: KeyPair | undefined;

  /** @throws ResumarkError ENGINE naming what this engine cannot do, before the first connection. */
  constructor(settings: ClientSettings, primitives: Primitives, trust: Trust) {
    const objection = whyNot(settings);
    if (objection !== undefined) throw refusal(objection);
    this.settings = settings;
    this.address = socketAddress(settings.address, settings.port);
    this.sources = settings.sources.map((source) => socketAddress(source, 0));
    this.isTls13 = settings.protocol === 'TLSv1.3';
    const suites = suitesOf(settings.ciphers, settings.protocol);
    if (typeof suites === 'string') throw refusal(`does not know the cipher ${suites}`);
    this.suites = suites;
    this.groups = groupsOf(settings.groups, primitives);
    this.checksSignature = settings.checksSignature;
    this.#reused = settings.keyShare === 'reuse' ? generate(this.groups, primitives) : undefined;
    this.template = this.templateOf(0, undefined);
    this.mostTicketBytes = mostTicketBytes(this.template);
    const name = settings.serverName ?? settings.address;
    this.chains = new Chains(
      primitives.verifier,
      settings.verify ? (chain) => trust.objection(chain, name, settings.ca) : trustsAll,
    );
  }

  /** The template for a key share of the group at an index; the cookie is that of a HelloRetryRequest. */
  templateOf(index: number, cookie: Uint8Array | undefined): ClientHelloTemplate {
    const group = this.groups[index];
    if (group === undefined) throw new RangeError('a group that is not offered');
    const { serverName, alpn } = this.settings;
    return makeClientHelloTemplate(
      { isTls13: this.isTls13, suites: this.suites, groups: this.groups, serverName, alpn },
      group,
      cookie,
    );
  }

  suite(id: number): Suite | undefined {
    for (const suite of this.suites) if (suite.id === id) return suite;
    return undefined;
  }

  groupIndex(id: number): number {
    return this.groups.findIndex((group) => group.id === id);
  }

  /** The key pair that all connections use; `undefined` where each has a fresh one. */
  sharedKeyPair(group: GroupShape): KeyPair | undefined {
    return this.#reused?.group === group ? this.#reused : undefined;
  }

  /** The protocol that a server chose, which must be one of those offered. */
  alpnOf(bytes: Uint8Array, { at, length }: Part): string {
    const chosen = Buffer.from(bytes.buffer, bytes.byteOffset + at, length).toString('latin1');
    if (!this.settings.alpn.includes(chosen)) throw fault('illegal_parameter');
    return chosen;
  }

  get sendsServerName(): boolean {
    const { serverName } = this.settings;
    return serverName !== undefined && isIP(serverName) === 0;
  }

  close(): void {
    this.chains.free();
    this.#reused?.free();
  }
}

/** The one key of all handshakes is of the first group: what a server that wants another costs is not saved. */
const generate = ([group]: readonly GroupShape[], { keyExchange }: Primitives): KeyPair | undefined => {
  if (group === undefined) return undefined;
  const pair = keyExchange.keyPair(group);
  pair.renew();
  return pair;
};

const whyNot = ({ identity, keyLog }: ClientSettings): string | undefined => {
  if (identity !== undefined) return 'has no client certificates';
  return keyLog === undefined ? undefined : 'writes no key log';
};

const refusal = (what: string): ResumarkError =>
  new ResumarkError('ENGINE', `engine wire ${what}.`, 'Take engine openssl, which does what libssl can, or leave --engine out.');

const groupsOf = (list: string | undefined, { keyExchange, lib }: Primitives): readonly GroupShape[] => {
  const names = list === undefined ? DEFAULT_GROUPS : list.split(':').map(groupName);
  return names.map((name) => {
    const group = GROUPS.find((shape) => shape.name === name);
    if (group === undefined) throw refusal(`does not know the group ${name}`);
    if (!keyExchange.has(group)) {
      throw new ResumarkError('ENGINE', `${lib.version} of this Node does not have the group ${name}.`, 'Take a newer Node.');
    }
    return group;
  });
};
