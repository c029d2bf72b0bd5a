import type { Notice } from '../../../src/domain/notice.ts';
import { noticeSentence } from '../../../src/report/text/notice.ts';
import { EVERY_NOTICE } from '../../report/text/every-notice.ts';
import { code, plain, table } from './markdown.ts';

const SEVERITIES: readonly Notice['severity'][] = ['error', 'warning', 'info'];

/** A row per code, the gravest first, each with what it says of an example. */
export const notices = (): string =>
  table(
    ['code', 'severity', 'for example'],
    Object.values<Notice>(EVERY_NOTICE)
      .toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || (a.code < b.code ? -1 : 1))
      .map((notice) => [code(notice.code), notice.severity, plain(noticeSentence(notice))]),
  );
