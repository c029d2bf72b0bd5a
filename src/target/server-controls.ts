import type { ServerAction } from '../domain/event-record.ts';

/** Texts by the name of their file. */
export type FileTexts = Readonly<Record<string, string>>;

/**
 * Does something to a server.
 *
 * @param files are put in the place of others first, where the server reads any.
 * @throws ResumarkError TARGET when the server does not come to serve again, or does not take what it is given.
 */
export type ServerControl = (files?: FileTexts) => Promise<void>;

/** The actions that can be taken on one server while it serves. */
export type ServerControls = Readonly<Partial<Record<ServerAction, ServerControl>>>;
