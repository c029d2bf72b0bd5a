import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The language server that editors check YAML with. */
export interface YamlLanguageServer {
  /** Opens a file as an editor does, and returns the messages of its diagnostics. */
  readonly diagnose: (path: string) => Promise<readonly string[]>;
  readonly close: () => void;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly uri: string; readonly diagnostics: readonly { readonly message: string }[] };
}

const HEAD = /^Content-Length: (?<bytes>\d+)\r\n(?:[^\r]+\r\n)*\r\n/u;

const require = createRequire(import.meta.url);

/** Starts the language server on its standard streams (LSP, base protocol). It looks up no schema but those that a file names. */
export const startYamlLanguageServer = async (): Promise<YamlLanguageServer> => {
  const program = require.resolve('yaml-language-server/bin/yaml-language-server');
  const child = spawn(process.execPath, [program, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = new Map<string | number, (message: Message) => void>();
  let unread = Buffer.alloc(0);
  child.stdout.on('data', (bytes: Buffer) => {
    unread = Buffer.concat([unread, bytes]);
    for (let head = HEAD.exec(unread.toString('latin1')); head !== null; head = HEAD.exec(unread.toString('latin1'))) {
      const end = head[0].length + Number(head.groups?.['bytes']);
      if (unread.length < end) return;
      const message = JSON.parse(unread.subarray(head[0].length, end).toString()) as Message;
      unread = unread.subarray(end);
      waiting.get(message.id ?? message.params?.uri ?? '')?.(message);
    }
  });
  const send = (message: object): void => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${String(Buffer.byteLength(text))}\r\n\r\n${text}`);
  };
  const answered = (key: string | number, message: object): Promise<Message> =>
    new Promise((settle) => {
      waiting.set(key, settle);
      send(message);
    });
  const capabilities = { textDocument: { publishDiagnostics: {} } };
  await answered(1, { id: 1, method: 'initialize', params: { processId: process.pid, rootUri: null, capabilities } });
  send({ method: 'initialized', params: {} });
  const settings = { yaml: { validate: true, schemaStore: { enable: false } } };
  send({ method: 'workspace/didChangeConfiguration', params: { settings } });
  return {
    diagnose: async (path) => {
      const uri = pathToFileURL(resolve(path)).href;
      const textDocument = { uri, languageId: 'yaml', version: 1, text: await readFile(path, 'utf8') };
      const { params } = await answered(uri, { method: 'textDocument/didOpen', params: { textDocument } });
      return (params?.diagnostics ?? []).map(({ message }) => message);
    },
    close: () => {
      child.kill();
    },
  };
};
