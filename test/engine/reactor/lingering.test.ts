import { describe, expect, it } from 'vitest';
import { Lingering } from '../../../src/engine/reactor/lingering.ts';

const MS = 1e6;

/** Sockets that only note what happens to them. */
class FakeSockets {
  readonly closed: number[] = [];
  readonly withInput = new Set<number>();
  looks = 0;

  close(fd: number): void {
    this.closed.push(fd);
  }

  hasInput(fd: number): boolean {
    this.looks += 1;
    return this.withInput.has(fd);
  }
}

describe('lingering connections', () => {
  it('are closed when their time has come, in their order', () => {
    const sockets = new FakeSockets();
    const lingering = new Lingering(50, sockets, (fd) => sockets.hasInput(fd));
    lingering.add(7, 0);
    lingering.add(8, 10 * MS);
    lingering.expire(49 * MS);
    expect(sockets.closed).toEqual([]);
    lingering.expire(50 * MS);
    expect(sockets.closed).toEqual([7]);
    expect(lingering.count).toBe(1);
    lingering.closeAll();
    expect(sockets.closed).toEqual([7, 8]);
  });

  it('are closed before it once their server has spoken, but not at once', () => {
    const sockets = new FakeSockets();
    const lingering = new Lingering(50, sockets, (fd) => sockets.hasInput(fd));
    for (const fd of [7, 8, 9]) lingering.add(fd, 0);
    sockets.withInput.add(7).add(8);
    lingering.expire(0.5 * MS);
    expect(sockets.looks).toBe(0);
    lingering.expire(1 * MS);
    expect(sockets.closed).toEqual([7, 8]);
  });

  it('are looked at seldom while their server is silent', () => {
    const sockets = new FakeSockets();
    const lingering = new Lingering(50, sockets, (fd) => sockets.hasInput(fd));
    lingering.add(7, 0);
    for (let us = 0; us < 50_000; us += 10) lingering.expire(us * 1e3);
    expect(sockets.looks).toBeLessThanOrEqual(50);
    expect(sockets.looks).toBeGreaterThan(40);
    expect(sockets.closed).toEqual([]);
  });

  it('keep their order when there come to be more than there was room for', () => {
    const sockets = new FakeSockets();
    const lingering = new Lingering(50, sockets, (fd) => sockets.hasInput(fd));
    for (let fd = 0; fd < 600; fd++) lingering.add(fd, 0);
    lingering.expire(50 * MS);
    const rest = Array.from({ length: 3000 }, (_, i) => 1000 + i);
    for (const fd of rest) lingering.add(fd, 60 * MS);
    lingering.closeAll();
    expect(sockets.closed.slice(600)).toEqual(rest);
  });
});
