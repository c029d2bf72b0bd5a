import { ALERT, APPLICATION_DATA, HANDSHAKE, HELLO_REQUEST } from '../../src/tls/numbers.ts';
import { message } from '../fuzz/bytes.ts';
import { BOTH, ONLY_12, ONLY_13, type Kind, type Misdeed } from './kind.ts';
import { FATAL, WARNING, type ServerSide } from './server-side.ts';

/**
 * Does something in place of giving tickets; in TLS 1.2 with the server's Finished, which is due.
 */
const then = (act: (side: ServerSide) => void): Misdeed => ({
  plan: { tickets: 0 },
  onFinished: (side, answer) => {
    side.send(answer);
    act(side);
  },
});

const refusal = (description: number, name: string, advice: RegExp): Kind => ({
  name: `refuses our Finished by ${name}`,
  protocols: ONLY_13,
  misdeed: then((side) => {
    side.sealedAlert(FATAL, description);
    side.end();
  }),
  full: `alert:${name}`,
  advice,
});

export const AFTER_FINISHED: readonly Kind[] = [
  {
    name: 'ends in order and gives no ticket',
    protocols: BOTH,
    misdeed: then((side) => {
      side.send(side.sealed(ALERT, Buffer.of(WARNING, 0)));
      side.end();
    }),
    full: 'honoured',
  },
  refusal(116, 'certificate_required', /--cert FILE and --key FILE/u),
  refusal(49, 'access_denied', /--cert FILE and --key FILE/u),
  refusal(80, 'internal_error', /its log says why/u),
  {
    name: 'resets after our Finished',
    protocols: ONLY_13,
    misdeed: then((side) => {
      side.reset();
    }),
    full: 'unconfirmed:reset',
    advice: /ended the connection after our Finished.*log of the server/su,
  },
  {
    name: 'ends after our Finished',
    protocols: ONLY_13,
    misdeed: then((side) => {
      side.end();
    }),
    full: 'unconfirmed:closed',
    advice: /ended the connection after our Finished.*log of the server/su,
  },
  {
    name: 'never answers our Finished',
    protocols: ONLY_12,
    misdeed: { onFinished: () => undefined },
    full: 'handshake-timeout',
    advice: /timed out.*--timeout/su,
    timeoutMs: 250,
  },
  {
    name: 'resets in place of its Finished',
    protocols: ONLY_12,
    misdeed: {
      onFinished: (side) => {
        side.reset();
      },
    },
    full: 'reset',
  },
  {
    name: 'talks unasked',
    protocols: BOTH,
    misdeed: then((side) => {
      side.send(side.sealed(APPLICATION_DATA, Buffer.from('220 hello\r\n')));
    }),
    full: 'honoured',
  },
  {
    name: 'takes new keys again and again',
    protocols: ONLY_13,
    misdeed: then((side) => {
      for (let i = 0; i < 20; i++) side.send(side.renewedKeys());
      side.send(side.sealed(APPLICATION_DATA, Buffer.from('here')));
    }),
    full: 'honoured',
  },
  {
    name: 'takes new keys for ever',
    protocols: ONLY_13,
    misdeed: then((side) => {
      side.forever(() => {
        side.lie(side.renewedKeys());
      });
    }),
    full: { wire: 'honoured', openssl: 'honoured', node: 'honoured' },
  },
  {
    name: 'asks for another handshake and does not know it',
    protocols: ONLY_12,
    misdeed: then((side) => {
      side.lie(side.sealed(HANDSHAKE, message(HELLO_REQUEST)));
    }),
    full: { wire: 'honoured', openssl: 'tls:renegotiation_mismatch', node: 'tls:renegotiation_mismatch' },
    mayComeTooLate: true,
  },
];
