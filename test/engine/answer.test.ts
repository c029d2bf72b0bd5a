import { describe, expect, it } from 'vitest';
import { Answer, httpStatus, NO_STATUS, NOT_HTTP } from '../../src/engine/answer.ts';

it.each([
  ['HTTP/1.1 200 OK\r\n', 200],
  ['HTTP/1.0 404 Not Found\r\n', 404],
  ['HTTP/1.1 503', 503],
  ['HTTP/1.1 50', NO_STATUS],
  ['HTT', NO_STATUS],
  ['HTTP/1.1 2x0 OK', NOT_HTTP],
  ['HTTP/2 200', NOT_HTTP],
  ['\0\0\x12\x04\0\0\0\0\0', NOT_HTTP],
  ['ok', NOT_HTTP],
])('reads %j as %d, wherever it stands', (text, status) => {
  const bytes = Buffer.from(`??${text}??`, 'latin1');
  expect(httpStatus(bytes, 2, bytes.length - 2)).toBe(status);
});

describe('an answer', () => {
  it('is known by its first bytes alone', () => {
    const answer = new Answer();
    const take = (text: string): void => {
      answer.take(Buffer.from(text), 0, text.length);
    };
    take('');
    expect(answer.hasBegun).toBe(false);
    take('HTTP/1.1 400 Bad Request');
    take('HTTP/1.1 200 OK');
    expect(answer).toMatchObject({ hasBegun: true, status: 400 });
    answer.reset();
    expect(answer).toMatchObject({ hasBegun: false, status: NO_STATUS });
  });
});
