import { expect, it } from 'vitest';
import { allocate } from '../../../src/engine/ffi.ts';
import type { TlsConnection } from '../../../src/engine/reactor/tls-connection.ts';
import { Sender } from '../../../src/engine/reactor/sender.ts';
import { Slot } from '../../../src/engine/reactor/slot.ts';
import type { Sockets } from '../../../src/engine/reactor/sockets.ts';

/** A socket that takes so many bytes of each send, one after another. */
const standing = (takes: number[]) => {
  const exchange = { input: allocate(16), output: allocate(64) };
  const sent: string[] = [];
  const sockets: Pick<Sockets, 'send'> = {
    send: (_fd, _address, bytes) => {
      const taken = Math.min(takes.shift() ?? 0, bytes);
      if (taken > 0) sent.push(exchange.output.bytes.toString('latin1', 0, taken));
      return taken;
    },
  };
  const connection = { outputBytes: 0 };
  const slot = new Slot(0, connection as TlsConnection);
  const sender = new Sender(sockets as Sockets, exchange);
  const put = (text: string): void => {
    connection.outputBytes = exchange.output.bytes.write(text, 'latin1');
    sender.sendOutput(slot);
  };
  return { sent, slot, sender, put };
};

it('sends what is put out, and counts it', () => {
  const { sent, slot, put } = standing([10]);
  put('hello');
  expect(sent).toEqual(['hello']);
  expect(slot.bytesOut).toBe(5);
  expect(slot.unsent).toBeUndefined();
});

it('keeps what a socket does not take, and sends nothing in front of it', () => {
  const { sent, slot, sender, put } = standing([2, 3, 10]);
  put('hello');
  put(' world');
  expect(slot.unsent?.toString()).toBe('llo world');
  sender.sendRest(slot);
  expect(slot.unsent?.toString()).toBe(' world');
  sender.sendRest(slot);
  expect(sent.join('')).toBe('hello world');
  expect(slot.unsent).toBeUndefined();
  expect(slot.bytesOut).toBe(11);
});

it('sends nothing when nothing is put out, and keeps nothing for a connection that is gone', () => {
  const { sent, slot, put } = standing([-2]);
  put('');
  put('hello');
  expect(sent).toEqual([]);
  expect(slot.unsent).toBeUndefined();
});
