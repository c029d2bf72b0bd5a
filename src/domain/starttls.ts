/** Protocols that begin in plaintext and change to TLS when the client asks. */
export const STARTTLS_PROTOCOLS = ['smtp', 'imap', 'pop3', 'ftp', 'postgres', 'ldap'] as const;

export type StartTls = (typeof STARTTLS_PROTOCOLS)[number];

/** The names of the protocols, as their users write them. */
export const STARTTLS_TEXT: Readonly<Record<StartTls, string>> = {
  smtp: 'SMTP',
  imap: 'IMAP',
  pop3: 'POP3',
  ftp: 'FTP',
  postgres: 'PostgreSQL',
  ldap: 'LDAP',
};

/** The ports on which servers of a protocol wait for a client that will ask for TLS (IANA). */
export const STARTTLS_PORTS: Readonly<Record<StartTls, number>> = {
  smtp: 25,
  imap: 143,
  pop3: 110,
  ftp: 21,
  postgres: 5432,
  ldap: 389,
};
