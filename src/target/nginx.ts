import { existsSync } from 'node:fs';

/** Where Debian's package puts the stream module; without the file it is built in. */
const STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';

/** The line of nginx.conf that loads the stream module, empty where it is built in. */
export const streamModuleLine = (): string => (existsSync(STREAM_MODULE) ? `load_module ${STREAM_MODULE};` : '');
