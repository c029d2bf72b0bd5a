import { CLOSE_STYLES, KEY_SHARES } from '../../domain/client-options.ts';
import { MODES } from '../../domain/mode.ts';
import { PROTOCOLS } from '../../domain/protocol.ts';
import { SESSION_POLICIES } from '../../domain/session-policy.ts';
import { z } from '../../domain/zod.ts';
import type { ClientSettings } from '../../engine/engine.ts';
import type { CellContext } from '../../load/load-generator.ts';

const ms = z.number().nonnegative();

/**
 * A cell as it crosses machines. What an agent has of its own stays out: addresses to connect from, and the client's key, which never
 * leaves the machine that it lies on.
 */
export const contextSchema = z.object({
  cell: z.string(),
  policy: z.enum(SESSION_POLICIES),
  offerAfterNs: z.number().nonnegative(),
  needsIdentity: z.boolean(),
  settings: z.object({
    protocol: z.enum(PROTOCOLS),
    mode: z.enum(MODES),
    address: z.string(),
    port: z.int().min(1).max(65_535),
    serverName: z.string().optional(),
    verify: z.boolean(),
    ca: z.string().optional(),
    alpn: z.array(z.string()),
    ciphers: z.string().optional(),
    groups: z.string().optional(),
    keyShare: z.enum(KEY_SHARES),
    checksSignature: z.boolean(),
    close: z.enum(CLOSE_STYLES),
    request: z.string().optional(),
    connectTimeoutMs: ms,
    handshakeTimeoutMs: ms,
    ticketTimeoutMs: ms,
    firstByteTimeoutMs: ms,
  }),
});

export type WireContext = Readonly<z.infer<typeof contextSchema>>;

/** Settings of a cell that each agent has of its own. */
export type OwnSettings = Pick<ClientSettings, 'identity' | 'sources'>;

/** Takes out of a cell what must not cross machines. */
export const toWire = ({ cell, settings, policy, offerAfterNs }: CellContext): WireContext => {
  const { identity } = settings;
  const shared = contextSchema.shape.settings.parse(settings);
  return { cell, policy, offerAfterNs, needsIdentity: identity !== undefined, settings: shared };
};

/** Puts in what the agent has of its own. */
export const fromWire = (
  { cell, settings, policy, offerAfterNs, needsIdentity }: WireContext,
  own: OwnSettings,
): CellContext => ({
  cell,
  policy,
  offerAfterNs,
  settings: {
    ...settings,
    serverName: settings.serverName,
    ca: settings.ca,
    ciphers: settings.ciphers,
    groups: settings.groups,
    request: settings.request,
    keyLog: undefined,
    identity: needsIdentity ? own.identity : undefined,
    sources: own.sources,
  },
});
