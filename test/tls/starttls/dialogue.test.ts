import { describe, expect, it } from 'vitest';
import type { StartTls } from '../../../src/domain/starttls.ts';
import { Dialogue, type DialogueStep } from '../../../src/tls/starttls/dialogue.ts';

/** What came of a dialogue, and all that the client has said in it. */
interface Told {
  readonly said: readonly string[];
  readonly end: string;
}

/** Tells a dialogue what a server says after each thing that the client says: first before it says anything. */
const tell = (protocol: StartTls, answers: readonly (string | Buffer)[], pieceBytes = Number.POSITIVE_INFINITY): Told => {
  const dialogue = new Dialogue(protocol);
  const said: string[] = [];
  let step = note(dialogue.begin(), said);
  for (const answer of answers) {
    const bytes = Buffer.from(answer as string, 'latin1');
    for (let at = 0; at < bytes.length && step.state === 'talking'; at += pieceBytes) {
      step = note(dialogue.receive(bytes.subarray(at, at + pieceBytes)), said);
    }
  }
  return { said, end: step.state === 'failed' ? step.reason : step.state };
};

const note = (step: DialogueStep, said: string[]): DialogueStep => {
  if (step.state === 'talking' && step.send.length > 0) said.push(step.send.toString('latin1'));
  return step;
};

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** A success and a refusal of LDAP, as RFC 4511 has them encoded. */
const LDAP_SUCCESS = hex('300c 0201 01 7807 0a0100 0400 0400');
const LDAP_REFUSAL = hex(`3016 0201 01 7811 0a0102 0400 040a ${Buffer.from('not so now').toString('hex')}`);

const AGREEING: Readonly<Record<StartTls, { readonly answers: readonly (string | Buffer)[]; readonly said: readonly string[] }>> =
  {
    smtp: {
      answers: [
        '220-mx.test ready\r\n220 go on\r\n',
        '250-mx.test\r\n250-SIZE 10\r\n250-starttls\r\n250 HELP\r\n',
        '220 2.0.0 Ready\r\n',
      ],
      said: ['EHLO resumark.invalid\r\n', 'STARTTLS\r\n'],
    },
    imap: {
      answers: [
        '* OK [CAPABILITY IMAP4rev1] ready\r\n',
        '* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK done\r\n',
        '* OK still here\r\na2 OK begin TLS\r\n',
      ],
      said: ['a1 CAPABILITY\r\n', 'a2 STARTTLS\r\n'],
    },
    pop3: { answers: ['+OK ready\r\n', '+OK begin TLS\r\n'], said: ['STLS\r\n'] },
    ftp: { answers: ['220-Welcome\r\n 220 to\r\nall\r\n220 ready\r\n', '234 AUTH TLS OK\r\n'], said: ['AUTH TLS\r\n'] },
    postgres: { answers: ['S'], said: ['\x00\x00\x00\x08\x04\xD2\x16\x2F'] },
    ldap: {
      answers: [LDAP_SUCCESS],
      // As `openssl s_client -starttls ldap` sends it.
      said: [`0\x1D\x02\x01\x01w\x18\x80\x161.3.6.1.4.1.1466.20037`],
    },
  };

const PROTOCOLS = Object.entries(AGREEING).map(([protocol, talk]) => ({ protocol: protocol as StartTls, ...talk }));

describe('a dialogue that asks for TLS', () => {
  it.each(PROTOCOLS)('comes to it in $protocol, in pieces of any size', ({ protocol, answers, said }) => {
    for (const pieceBytes of [1, 2, 3, 7, Number.POSITIVE_INFINITY]) {
      expect(tell(protocol, answers, pieceBytes)).toEqual({ said, end: 'ready' });
    }
  });

  it.each(PROTOCOLS)('takes nothing in plaintext after the agreement of $protocol', ({ protocol, answers }) => {
    const injected = [
      ...answers.slice(0, -1),
      Buffer.concat([Buffer.from(answers.at(-1) as string, 'latin1'), Buffer.from('x')]),
    ];
    expect(tell(protocol, injected).end).toBe('injected');
  });

  it.each<[StartTls, (string | Buffer)[], string]>([
    ['smtp', ['554 no service\r\n'], 'refused 554 no service'],
    ['smtp', ['220 a\r\n', '250-a\r\n250 SIZE\r\n'], 'not-offered'],
    ['smtp', ['220 a\r\n', '250-a\r\n250 XSTARTTLS\r\n'], 'not-offered'],
    ['smtp', ['220 a\r\n', '502 what?\r\n'], 'refused 502 what?'],
    ['smtp', ['220 a\r\n', '250 STARTTLS\r\n', '454 TLS not available\r\n'], 'refused 454 TLS not available'],
    ['smtp', ['HTTP/1.1 400 Bad Request\r\n'], 'refused HTTP/1.1 400 Bad Request'],
    ['imap', ['* PREAUTH hello\r\n'], 'refused * PREAUTH hello'],
    ['imap', ['* OK a\r\n', '* CAPABILITY IMAP4rev1\r\na1 OK\r\n'], 'not-offered'],
    ['imap', ['* OK a\r\n', '* CAPABILITY STARTTLS\r\na1 OK\r\n', 'a2 NO certificate\r\n'], 'refused a2 NO certificate'],
    ['pop3', ['-ERR busy\r\n'], 'refused -ERR busy'],
    ['pop3', ['+OK\r\n', '-ERR unknown\r\n'], 'refused -ERR unknown'],
    ['ftp', ['421 too many\r\n'], 'refused 421 too many'],
    ['ftp', ['220 a\r\n', '500 AUTH?\r\n'], 'refused 500 AUTH?'],
    ['postgres', ['N'], 'refused N'],
    ['postgres', [hex('45 00000008 6e6f 21 00')], 'refused no!'],
    ['postgres', ['H'], 'refused H'],
    ['ldap', [LDAP_REFUSAL], 'refused 2 not so now'],
    ['ldap', [hex('3003 0201 01')], 'refused'],
    ['ldap', ['220 an SMTP server\r\n'], 'refused'],
    ['ldap', [hex('3005 0201 01 78ff')], 'refused'],
  ])('in %s ends by a refusal: %j', (protocol, answers, reason) => {
    for (const pieceBytes of [1, Number.POSITIVE_INFINITY]) expect(tell(protocol, answers, pieceBytes).end).toBe(reason);
  });

  it('says no more of a refusal than a line can hold, and nothing that a terminal obeys', () => {
    const { end } = tell('smtp', [`554 \x1B[31m${'x'.repeat(500)}\r\n`]);
    expect(end).toMatch(/^refused 554 \[31mx+$/u);
    expect(end.length).toBeLessThan(100);
  });

  it('gives up an answer that does not end', () => {
    expect(tell('smtp', ['220-more\r\n'.repeat(10_000)], 1000).end).toBe('too-long');
    expect(tell('ldap', [hex(`3084 7fffffff ${'00'.repeat(70_000)}`)], 1000).end).toBe('too-long');
  });

  it('does not take what was said before the question for its answer', () => {
    expect(tell('pop3', ['+OK ready\r\n+OK begin TLS\r\n']).end).toBe('talking');
  });
});
