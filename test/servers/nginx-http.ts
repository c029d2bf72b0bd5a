import type { ProgramSettings } from '../../src/target/program/program.ts';
import { startServerProgram, type ServerProgram } from './server-program.ts';

export interface NginxHttpOptions extends Pick<ProgramSettings, 'address' | 'port' | 'isReady'> {
  /** Put in front of the command, to run it in another place. */
  readonly wrapper?: readonly [string, ...string[]];
}

/** Starts a real nginx that answers HTTP requests, early data included; it resumes by ID and by ticket. */
export const startNginxHttp = (program: string, { wrapper, ...place }: NginxHttpOptions = {}): Promise<ServerProgram> => {
  const own = [program, '-p', '{{folder}}', '-c', 'nginx.conf'] as const;
  const command = wrapper === undefined ? own : ([...wrapper, ...own] as const);
  return startServerProgram({ command, files: { 'nginx.conf': CONFIGURATION }, ...place });
};

const CONFIGURATION = `
daemon off;
worker_processes 1;
pid {{folder}}/nginx.pid;
error_log {{folder}}/error.log error;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path {{folder}}/body;
    proxy_temp_path {{folder}}/proxy;
    fastcgi_temp_path {{folder}}/fastcgi;
    uwsgi_temp_path {{folder}}/uwsgi;
    scgi_temp_path {{folder}}/scgi;
    server {
        listen {{address}}:{{port}} ssl;
        ssl_certificate certificate.pem;
        ssl_certificate_key key.pem;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_cache shared:sessions:10m;
        ssl_session_tickets on;
        ssl_early_data on;
        location /missing { return 404; }
        location / { return 200 "ok\\n"; }
    }
}
`;
