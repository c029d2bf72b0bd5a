import { expect, it } from 'vitest';
import type { Notice } from '../../../src/domain/notice.ts';
import { noticeSentence, noticeText } from '../../../src/report/text/notice.ts';
import { expectGolden } from '../golden.ts';
import { EVERY_NOTICE } from './every-notice.ts';

it('has a sentence for every code', () => {
  expectGolden('every-notice.txt', `${Object.values<Notice>(EVERY_NOTICE).map(noticeText).join('\n')}\n`);
});

it.each(Object.values<Notice>(EVERY_NOTICE))('ends $code with a full stop, and holds no missing value', (notice) => {
  expect(noticeSentence(notice)).toMatch(/^[^\n]+\.$/u);
  expect(noticeSentence(notice)).not.toMatch(/undefined|NaN|\.\./u);
});

it('bears a code of a newer version', () => {
  const notice = { code: 'of-tomorrow', severity: 'info', what: 'x' } as unknown as Notice;
  expect(noticeText(notice)).toBe(
    'info: a notice from another version of resumark: {"code":"of-tomorrow","severity":"info","what":"x"}.',
  );
});

it('advises on a mode that never happened by the commonest reason', () => {
  const { 'never-honoured': never } = EVERY_NOTICE;
  expect(noticeSentence({ ...never, because: { expired: 2, refused: 1 } })).toMatch(
    /lifetime on the server, or use shorter blocks/u,
  );
  expect(noticeSentence({ ...never, because: {} })).toMatch(/never honoured: [\d,]+ finished handshakes\.$/u);
});
