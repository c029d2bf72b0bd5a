import { expect, it } from 'vitest';
import { allocate, type NativeMemory } from '../../../src/engine/ffi.ts';
import { AT, HandshakeState } from '../../../src/engine/wire/handshake-state.ts';
import { GROUPS } from '../../../src/engine/wire/crypto/key-exchange.ts';
import { openPrimitives } from '../../../src/engine/wire/crypto/primitives.ts';
import { openLibCrypto } from '../../../src/engine/wire/library.ts';
import { Schedule13 } from '../../../src/engine/wire/schedule13.ts';

/** "Simple 1-RTT Handshake" (RFC 8448, section 3), and the ticket that it ends with. */
const TRACE = {
  privateKey: '49af42ba7f7994852d713ef2784bcbcaa7911de26adc5642cb634540e7ea5005',
  publicKey: '99381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c',
  peer: 'c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f',
  shared: '8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d',
  helloDigest: '860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8',
  handshake: '1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac',
  clientTraffic: 'b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21',
  serverTraffic: 'b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38',
  serverKey: '3fce516009c21727d0f2e4e86ee403bc',
  serverIv: '5d313eb2671276ee13000b30',
  serverFinished: '008d3b66f816ea559f96b537e885c31fc068bf492c652f01f288a1d8cdc19fc8',
  finishedDigest: '9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13',
  master: '18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919',
  clientApplication: '9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5',
  serverApplication: 'a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643',
  lastDigest: '209145a96ee8e2a122ff810047cc952684658d6049e86429426db87c54ad143d',
  preSharedKey: '4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3',
};

const native = (hex: string): NativeMemory => {
  const bytes = Buffer.from(hex, 'hex');
  const memory = allocate(bytes.length);
  memory.bytes.set(bytes);
  return memory;
};

it.each([{ portable: false }, { portable: true }])(
  'goes the way of the trace in RFC 8448 (portable: $portable)',
  ({ portable }) => {
    const primitives = openPrimitives(openLibCrypto(), { portable });
    const state = new HandshakeState(primitives);
    const schedule = new Schedule13('sha256', primitives);
    const at = (place: number, length = 32): string => state.memory.bytes.toString('hex', place, place + length);

    state.memory.bytes.set(Buffer.from(TRACE.shared, 'hex'), AT.shared);
    schedule.handshake(state, 32, native(TRACE.helloDigest).address);
    expect(at(AT.handshake)).toBe(TRACE.handshake);
    expect(at(AT.clientTraffic)).toBe(TRACE.clientTraffic);
    expect(at(AT.serverTraffic)).toBe(TRACE.serverTraffic);

    schedule.keys(state.address(AT.serverTraffic), state.read, 16, state.address(AT.serverFinished));
    expect(at(state.read.keyAt, 16)).toBe(TRACE.serverKey);
    expect(at(state.read.ivAt, 12)).toBe(TRACE.serverIv);
    expect(at(AT.serverFinished)).toBe(TRACE.serverFinished);

    schedule.master(state);
    for (const side of ['client', 'server'] as const) schedule.application(state, side, native(TRACE.finishedDigest).address);
    expect(at(AT.master)).toBe(TRACE.master);
    expect(at(AT.clientApplication)).toBe(TRACE.clientApplication);
    expect(at(AT.serverApplication)).toBe(TRACE.serverApplication);

    const nonce = { address: native('0000').address, length: 2 };
    schedule.resumption(state, native(TRACE.lastDigest).address, nonce, state.address(AT.verifyData));
    expect(at(AT.verifyData)).toBe(TRACE.preSharedKey);
  },
);

it('exchanges the keys of the trace', () => {
  const x25519Keys = {
    next: (privateKey: NativeMemory, publicKey: NativeMemory) => {
      privateKey.bytes.set(Buffer.from(TRACE.privateKey, 'hex'));
      publicKey.bytes.set(Buffer.from(TRACE.publicKey, 'hex'));
    },
  };
  const primitives = openPrimitives(openLibCrypto(), { x25519Keys });
  const group = GROUPS.find(({ name }) => name === 'X25519');
  if (group === undefined) throw new Error('no X25519');
  const pair = primitives.keyExchange.keyPair(group);
  pair.renew();
  expect(pair.publicKey.bytes.toString('hex')).toBe(TRACE.publicKey);
  const shared = allocate(32);
  expect(pair.agree(native(TRACE.peer).address, shared.address)).toBe(true);
  expect(shared.bytes.toString('hex')).toBe(TRACE.shared);
});
