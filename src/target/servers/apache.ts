import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { reloadWorkers } from '../program/workers.ts';
import { ANY_RESUMPTION, type ServerRecipe } from './recipe.ts';

/** Apache httpd with mod_ssl. Its log is of requests; it answers them without a file, which its own user could not read. */
export const apache: ServerRecipe = {
  name: 'Apache',
  programs: ['apache2', 'httpd'],
  packages: 'apache2',
  version: { args: ['-v'], pattern: /Apache\/([\d.]+)/u },
  resumptions: ANY_RESUMPTION,
  settings: (program, resumption, keyFiles = []) => ({
    command: [program, '-f', '{{folder}}/httpd.conf', '-D', 'FOREGROUND'],
    files: { 'httpd.conf': configuration(keyFiles) },
    values: {
      cache: resumption.includes('cache') ? 'shmcb:{{folder}}/sessions(10240000)' : 'none',
      tickets: resumption.includes('tickets') ? 'on' : 'off',
    },
  }),
  // It has one key, for AES-128: tickets of earlier ones are declined.
  ticketKeyFiles: ([key]) => ({ 'ticket.key': key.subarray(0, AES_128_KEY_BYTES) }),
  account: {
    of: 'requests',
    by: 'log',
    file: 'requests.log',
    handshake: /^(?:Initial|Resumed)$/u,
    resumed: /^Resumed$/u,
  },
  reload: (program) => reloadWorkers(program, 'SIGUSR1', (commandLine) => commandLine !== ''),
};

/** A name of 16 bytes, a key of 16 for the MAC and one of 16 for the cipher. */
const AES_128_KEY_BYTES = 48;

/** Where Debian, Red Hat and Alpine put the modules. */
const MODULE_FOLDERS = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/usr/lib/apache2'];

/** Some builds have one or the other of these built in. */
const MODULES = ['mpm_event', 'unixd', 'log_config', 'alias', 'socache_shmcb', 'ssl'];

const configuration = (keyFiles: readonly string[]): string => `
ServerRoot {{folder}}
ServerName localhost
PidFile {{folder}}/httpd.pid
DefaultRuntimeDir {{folder}}
ErrorLog /dev/stderr
LogLevel error
${MODULES.map(moduleLines).join('\n')}
${userInfo().uid === 0 ? 'User #65534\nGroup #65534' : ''}
Listen {{address}}:{{port}}
ListenBacklog 4096
StartServers 1
ServerLimit 4
ThreadsPerChild 64
MaxRequestWorkers 64
KeepAlive Off
Redirect 204 /
SSLEngine on
SSLCertificateFile {{folder}}/certificate.pem
SSLCertificateKeyFile {{folder}}/key.pem
SSLProtocol -all +TLSv1.2 +TLSv1.3
SSLSessionCache {{cache}}
SSLSessionTickets {{tickets}}
${keyFiles.map((name) => `SSLSessionTicketKeyFile {{folder}}/${name}`).join('\n')}
LogFormat "%{SSL_SESSION_RESUMED}x" resumed
CustomLog {{folder}}/requests.log resumed
`;

const moduleLines = (name: string): string => {
  const folder = MODULE_FOLDERS.find((one) => existsSync(one)) ?? 'modules';
  return `<IfModule !${name}_module>\n    LoadModule ${name}_module ${folder}/mod_${name}.so\n</IfModule>`;
};
