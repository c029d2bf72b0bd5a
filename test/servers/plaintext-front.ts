import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { StartTls } from '../../src/domain/starttls.ts';

/** Something that a server says after a client has said something; `says` is matched from its beginning. */
export interface Exchange {
  /** Undefined where the server speaks first. */
  readonly says?: RegExp;
  readonly answer: string | Buffer;
}

export interface FrontOptions {
  /** In the place of the dialogue that ends in TLS. */
  readonly exchanges?: readonly Exchange[];
  /** Another dialogue from the connection with this number on, counted from 0. */
  readonly later?: { readonly from: number; readonly exchanges: readonly Exchange[] };
  /** Each answer is sent byte by byte. */
  readonly isFragmented?: boolean;
  /** Sent before anything of the TLS server, once the client has begun TLS. */
  readonly beforeTls?: string;
}

export interface PlaintextFront {
  readonly port: number;
  /** Connections that it has accepted. */
  readonly connections: () => number;
  /** All that clients have said before TLS. */
  readonly said: () => string;
  close(): Promise<void>;
}

/** The dialogues as the servers of each protocol lead them. */
export const DIALOGUES: Readonly<Record<StartTls, readonly Exchange[]>> = {
  smtp: [
    { answer: '220-mail.test ESMTP\r\n220 ready\r\n' },
    { says: /^EHLO [^\r]+\r\n/u, answer: '250-mail.test\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 8BITMIME\r\n' },
    { says: /^STARTTLS\r\n/u, answer: '220 2.0.0 Ready to start TLS\r\n' },
  ],
  imap: [
    { answer: '* OK [CAPABILITY IMAP4rev1 STARTTLS] ready.\r\n' },
    { says: /^\S+ CAPABILITY\r\n/u, answer: '* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n{tag} OK done.\r\n' },
    { says: /^\S+ STARTTLS\r\n/u, answer: '{tag} OK Begin TLS negotiation now.\r\n' },
  ],
  pop3: [{ answer: '+OK ready.\r\n' }, { says: /^STLS\r\n/u, answer: '+OK Begin TLS negotiation now.\r\n' }],
  ftp: [
    { answer: '220-Welcome\r\n 220 friends\r\n220 ready\r\n' },
    { says: /^(?:FEAT\r\n)?AUTH TLS\r\n/u, answer: '234 Proceed with negotiation.\r\n' },
  ],
  postgres: [{ says: /^\0\0\0\x08\x04\xD2\x16\x2F/u, answer: 'S' }],
  ldap: [
    // What s_client sends, too: the request of RFC 4511, section 4.14.1, in either of its encodings of the length.
    {
      says: /^0.{1,6}\x02\x01\x01w.{1,6}\x80\x161\.3\.6\.1\.4\.1\.1466\.20037/su,
      answer: Buffer.from('300c02010178070a010004000400', 'hex'),
    },
  ],
};

/** Starts a server that leads the plaintext dialogue of a protocol, and hands the connection to a TLS server then. */
export const startPlaintextFront = async (
  protocol: StartTls,
  tlsPort: number,
  options: FrontOptions = {},
): Promise<PlaintextFront> => {
  const { exchanges = DIALOGUES[protocol], later } = options;
  const sockets = new Set<Socket>();
  let connections = 0;
  let said = '';
  const note = (text: string): void => {
    said += text;
  };
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const isLater = later !== undefined && connections >= later.from;
    connections += 1;
    sockets.add(client);
    client.on('error', () => undefined);
    void lead(client, isLater ? later.exchanges : exchanges, { ...options, note }).then((isAgreed) => {
      if (isAgreed) handOver(client, tlsPort, options.beforeTls);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    said: () => said,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

interface Leading extends FrontOptions {
  readonly note: (text: string) => void;
}

/** @returns false where the client says something else, or nothing more. */
const lead = async (
  client: Socket,
  exchanges: readonly Exchange[],
  { isFragmented = false, note }: Leading,
): Promise<boolean> => {
  for (const { says, answer } of exchanges) {
    const heard = says === undefined ? '' : await hear(client, says);
    if (heard === undefined) return false;
    note(heard);
    const [tag = ''] = heard.split(' ', 1);
    const bytes = typeof answer === 'string' ? Buffer.from(answer.replace('{tag}', tag)) : answer;
    for (let at = 0; at < bytes.length; at += isFragmented ? 1 : bytes.length) {
      client.write(isFragmented ? bytes.subarray(at, at + 1) : bytes);
      if (isFragmented) await setImmediate();
    }
  }
  return true;
};

const hear = (client: Socket, says: RegExp): Promise<string | undefined> =>
  new Promise((resolve) => {
    let heard = '';
    const settle = (text: string | undefined): void => {
      client.pause().off('data', onData).off('close', onClose).off('end', onClose);
      resolve(text);
    };
    const onData = (chunk: Buffer): void => {
      heard += chunk.toString('latin1');
      if (says.test(heard)) settle(heard);
      // The client of openssl asks for the features of FTP first.
      else if (heard === 'FEAT\r\n') client.write('211-Features:\r\n AUTH TLS\r\n211 End\r\n');
    };
    const onClose = (): void => {
      settle(undefined);
    };
    client.on('data', onData).once('close', onClose).once('end', onClose).resume();
  });

const handOver = (client: Socket, tlsPort: number, beforeTls: string | undefined): void => {
  const server = connect({ port: tlsPort, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  server.on('error', () => client.resetAndDestroy());
  client.on('error', () => server.resetAndDestroy());
  if (beforeTls !== undefined) client.once('data', () => client.write(beforeTls));
  client.pipe(server);
  server.pipe(client);
};
