/** The TLS versions that are measured. A cell pins minimum and maximum to one of them. */
export const PROTOCOLS = ['TLSv1.2', 'TLSv1.3'] as const;

export type Protocol = (typeof PROTOCOLS)[number];

export const isProtocol = (text: unknown): text is Protocol => PROTOCOLS.some((protocol) => protocol === text);

/** `TLSv1.2` as people say it: `TLS 1.2`. */
export const protocolLabel = (protocol: Protocol): string => protocol.replace('TLSv', 'TLS ');
