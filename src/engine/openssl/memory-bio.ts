import { BIO_C_SET_BUF_MEM_EOF_RETURN, type OpenSsl } from './library.ts';

/** Makes a BIO of memory, of which empty means "not yet" and not the end. */
export const newMemoryBio = ({ ssl }: OpenSsl): number => {
  const bio = ssl.BIO_new(ssl.BIO_s_mem());
  ssl.BIO_ctrl(bio, BIO_C_SET_BUF_MEM_EOF_RETURN, -1, 0);
  return bio;
};
