/** The engines, the fastest first. */
export const ENGINE_NAMES = ['wire', 'openssl', 'node'] as const;

export type EngineName = (typeof ENGINE_NAMES)[number];
