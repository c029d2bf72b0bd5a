import type { CertificatePair } from '../../src/target/certificate-pair.ts';
import { nginxCommand } from '../../src/target/servers/nginx.ts';
import { startServerProgram, type ServerProgram } from './server-program.ts';

export interface VirtualHost {
  readonly name: string;
  readonly certificate: CertificatePair;
  /** Asks clients for a certificate of this very host, and does not demand it in the handshake. */
  readonly asksClients?: boolean;
}

/** Starts a real nginx with several hosts on one port, the first of them for all other names, and a ticket key for all if it has one. */
export const startVirtualHosts = (program: string, hosts: readonly VirtualHost[], ticketKey?: Buffer): Promise<ServerProgram> =>
  startServerProgram({
    command: nginxCommand(program),
    files: {
      'nginx.conf': configuration(hosts, ticketKey !== undefined),
      ...(ticketKey !== undefined && { 'ticket.key': ticketKey }),
      ...Object.fromEntries(
        hosts.flatMap(({ name, certificate: { certificate, key } }) => [
          [`${name}.pem`, certificate],
          [`${name}.key`, key],
        ]),
      ),
    },
  });

const configuration = (hosts: readonly VirtualHost[], hasTicketKey: boolean): string => `
daemon off;
worker_processes 1;
pid {{folder}}/nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path {{folder}}/body;
    proxy_temp_path {{folder}}/proxy;
    fastcgi_temp_path {{folder}}/fastcgi;
    uwsgi_temp_path {{folder}}/uwsgi;
    scgi_temp_path {{folder}}/scgi;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:sessions:10m;
    ${hasTicketKey ? 'ssl_session_ticket_key ticket.key;' : ''}
    ${hosts.map(hostBlock).join('\n    ')}
}
`;

const hostBlock = ({ name, asksClients = false }: VirtualHost): string => `server {
        listen {{address}}:{{port}} ssl;
        server_name ${name};
        ssl_certificate ${name}.pem;
        ssl_certificate_key ${name}.key;
        ${asksClients ? `ssl_client_certificate ${name}.pem; ssl_verify_client optional;` : ''}
        return 200 "ok\\n";
    }`;
