import type { ServerAction } from '../domain/event-record.ts';

/** The actions that can be taken on one server while it serves. @throws ResumarkError TARGET when one of them fails. */
export type ServerControls = Readonly<Partial<Record<ServerAction, () => Promise<void>>>>;
