import { z } from './zod.ts';

/**
 * Kinds of ticket key that nobody should have: all zero, another byte all over, one that ends in 16 zeros, bytes that count up or down,
 * and the name of the key, which every ticket shows. The first four were found on servers in public.
 */
export const WEAK_KEY_PATTERNS = ['zero', 'one-byte', 'half-zero', 'counting', 'own-name'] as const;

export type WeakKeyPattern = (typeof WEAK_KEY_PATTERNS)[number];

export const WEAK_CIPHERS = ['aes-256-cbc', 'aes-128-cbc'] as const;

export type WeakCipher = (typeof WEAK_CIPHERS)[number];

/** A key that opened a ticket of our own, without the key itself. */
export const weakKeyShape = { pattern: z.enum(WEAK_KEY_PATTERNS), cipher: z.enum(WEAK_CIPHERS) };

export type WeakKey = Readonly<z.infer<z.ZodObject<typeof weakKeyShape>>>;
