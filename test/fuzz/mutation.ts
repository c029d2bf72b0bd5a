import {
  ALERT,
  APPLICATION_DATA,
  CERTIFICATE,
  CERTIFICATE_REQUEST,
  CHANGE_CIPHER_SPEC,
  ENCRYPTED_EXTENSIONS,
  FINISHED,
  HANDSHAKE,
  NEW_SESSION_TICKET,
  SERVER_HELLO,
} from '../../src/tls/numbers.ts';
import { extension, join, message, u16, u8, vector16 } from './bytes.ts';
import type { Dice } from './dice.ts';
import { editBytes } from './edit-bytes.ts';
import type { Plan, Tamper } from './plan.ts';
import { plainRecord } from './protection.ts';

/**
 * What a client may do with what was tampered with.
 *
 * - `finish`: nothing was changed, or nothing that matters to the handshake: it must finish.
 * - `agree`: what was changed is the server's to choose, or may be passed over. A client may finish, if the server then has the same keys
 *   and transcript: it checks the client's Finished.
 * - `either`: the server contradicts itself, and the client cannot know.
 * - `fail`: the client must not finish.
 */
export type Due = 'finish' | 'agree' | 'either' | 'fail';

export interface Mutation extends Tamper {
  readonly what: string;
  /** Known when the conversation is over. */
  readonly due: Due;
}

/** Chooses one way to be a bad server. */
export const chooseMutation = (plan: Plan, verifies: boolean, dice: Dice): Mutation => {
  const kind = dice.below(100);
  if (kind < 5) return new Mutant('nothing', plan, dice);
  if (kind < 40) return new RecordMutant('records', plan, dice);
  if (kind < 60) return new BytesMutant('a message, behind the transcript', plan, dice, { isHashed: false, verifies });
  if (kind < 82) return new BytesMutant('a message, and the transcript', plan, dice, { isHashed: true, verifies });
  return new OrderMutant('the order of messages', plan, dice);
};

/** Changes nothing but the padding. */
class Mutant implements Mutation {
  what: string;
  due: Due = 'finish';
  #isLate = false;
  protected readonly plan: Plan;
  protected readonly dice: Dice;
  readonly #pads: boolean;

  constructor(what: string, plan: Plan, dice: Dice) {
    this.what = what;
    this.plan = plan;
    this.dice = dice;
    this.#pads = dice.chance(0.2);
  }

  message(text: Buffer): ReturnType<Tamper['message']> {
    return { sent: [text], hashed: [text] };
  }

  padding(): number {
    return this.#pads ? this.dice.below(200) : 0;
  }

  handshakeIsOver(): void {
    this.#isLate = this.plan.protocol === 'TLSv1.3';
  }

  records(records: readonly Buffer[]): readonly Buffer[] {
    return records;
  }

  /**
   * More text behind the Finished. In TLS 1.3 it must not share a record with it, since keys change in between (RFC 8446, section 5.1);
   * elsewhere it comes when the handshake is over. The transcript goes without.
   */
  protected behindFinished(text: Buffer, changed: Buffer): ReturnType<Tamper['message']> {
    const { protocol, coalesces, recordBytes } = this.plan;
    const isSameRecord = protocol === 'TLSv1.3' && coalesces && recordBytes === 16_384;
    this.weigh(isSameRecord && changed.length < 10_000 ? 'fail' : 'agree', 'more behind the Finished');
    return { sent: [changed], hashed: [text] };
  }

  /** After the handshake of TLS 1.3 whatever is wrong may still be found, and need not be. */
  protected weigh(due: Due, what: string): void {
    this.what += `: ${what}`;
    if (this.#isLate) {
      if (this.due === 'finish' && due !== 'finish') this.due = 'either';
      return;
    }
    if (this.due !== 'fail' && due !== 'finish') this.due = due;
  }
}

/** Messages whose content is the server's to choose. What is wrong with it must show in the keys or be of no account. */
const FREE: readonly number[] = [SERVER_HELLO, ENCRYPTED_EXTENSIONS, CERTIFICATE_REQUEST, NEW_SESSION_TICKET];

/** Changes the bytes of one message before it is encrypted. */
class BytesMutant extends Mutant {
  readonly #isHashed: boolean;
  readonly #verifies: boolean;
  #left: number;

  constructor(what: string, plan: Plan, dice: Dice, options: { readonly isHashed: boolean; readonly verifies: boolean }) {
    super(what, plan, dice);
    this.#isHashed = options.isHashed;
    this.#verifies = options.verifies;
    this.#left = dice.below(8);
  }

  override message(text: Buffer): ReturnType<Tamper['message']> {
    if (this.#left-- !== 0) return super.message(text);
    const changed = this.#change(text);
    if (changed.equals(text)) return super.message(text);
    if (isFinishedKept(text, changed)) return this.behindFinished(text, changed);
    const type = text[0] ?? 0;
    this.weigh(this.#isHashed ? this.#dueOf(type) : 'fail', `type ${String(type)} as ${changed.toString('hex').slice(0, 200)}`);
    return { sent: [changed], hashed: [this.#isHashed ? changed : text] };
  }

  #dueOf(type: number): Due {
    // Without the extension that takes early data the client does not end them, as the server still expects.
    if (type === ENCRYPTED_EXTENSIONS && this.plan.acceptsEarlyData) return 'either';
    return FREE.includes(type) || (type === CERTIFICATE && !this.#verifies) ? 'agree' : 'fail';
  }

  #change(text: Buffer): Buffer {
    const { dice } = this;
    const at = extensionsAt(text);
    if (at !== undefined && dice.chance(0.3)) return withExtension(text, at, dice);
    if (dice.chance(0.2)) return editBytes(text, dice);
    const body = editBytes(text.subarray(4), dice);
    // With a head that fits, what is wrong is found deeper.
    return dice.chance(0.8) ? message(text[0] ?? 0, body) : join(text.subarray(0, 4), body);
  }
}

/** Types of extensions that are known somewhere, and some that are not. */
const EXTENSION_TYPES = [0, 5, 10, 11, 13, 16, 18, 21, 23, 35, 41, 42, 43, 44, 45, 49, 50, 51, 0x0a0a, 0xff01, 0xffff];

/** Where the length of a message's extensions stands. */
const extensionsAt = (text: Buffer): number | undefined => {
  switch (text[0] ?? 0) {
    case SERVER_HELLO:
      return 4 + 2 + 32 + 1 + (text[38] ?? 0) + 2 + 1;
    case ENCRYPTED_EXTENSIONS:
      return 4;
    case CERTIFICATE_REQUEST:
      return 5;
    default:
      return undefined;
  }
};

const withExtension = (text: Buffer, at: number, dice: Dice): Buffer => {
  const given = text.subarray(at + 2);
  const longest = 65_535 - given.length - 4;
  const body = dice.bytes(Math.min(longest, dice.pick([0, 1, 2, 3, 4, 40, 1000, 16_500, 65_535])));
  // Half of them hold a vector that fills them, as a cookie does.
  if (body.length >= 2 && dice.chance(0.5)) body.writeUInt16BE(body.length - 2);
  const more = extension(dice.pick(EXTENSION_TYPES), body);
  const extensions = dice.chance(0.5) ? join(given, more) : join(more, given);
  return message(text[0] ?? 0, text.subarray(4, at), vector16(extensions));
};

/** Leaves messages out, says them twice, in another order, or others in between; the transcript knows. */
class OrderMutant extends Mutant {
  #left: number;
  readonly #way: 'drop' | 'twice' | 'later' | 'insert' | 'retype' | 'empty';
  #held: Buffer | undefined;

  constructor(what: string, plan: Plan, dice: Dice) {
    super(what, plan, dice);
    this.#left = dice.below(8);
    this.#way = dice.pick(['drop', 'twice', 'later', 'insert', 'retype', 'empty']);
  }

  override message(text: Buffer): ReturnType<Tamper['message']> {
    if (this.#held !== undefined) {
      const held = this.#held;
      this.#held = undefined;
      return both([text, held]);
    }
    if (this.#left-- !== 0) return super.message(text);
    if (this.#way === 'insert' || this.#way === 'twice') {
      const instead = join(...this.#instead(text));
      if (isFinishedKept(text, instead)) return this.behindFinished(text, instead);
      this.weigh('fail', `${this.#way} at type ${String(text[0])}`);
      return both([instead]);
    }
    const type = text[0] ?? 0;
    // A server need not ask for a certificate.
    this.weigh(this.#way === 'drop' && type === CERTIFICATE_REQUEST ? 'agree' : 'fail', `${this.#way} type ${String(type)}`);
    return both(this.#instead(text));
  }

  #instead(text: Buffer): Buffer[] {
    switch (this.#way) {
      case 'drop':
        return [];
      case 'twice':
        return [text, text];
      case 'later':
        this.#held = text;
        return [];
      case 'insert':
        return this.#insert(text);
      case 'retype':
        return [join(u8((text[0] ?? 0) + 1 + this.dice.below(255)), text.subarray(1))];
      case 'empty':
        // ServerHelloDone is empty as it is.
        if (text.length === 4) return [text, text];
        return [message(text[0] ?? 0)];
    }
  }

  #insert(text: Buffer): Buffer[] {
    const type = this.dice.pick([0, 1, 2, 3, 4, 5, 6, 8, 11, 12, 13, 14, 15, 16, 20, 22, 23, 24, 25, 67, 254, 255]);
    const inserted = message(type, this.dice.bytes(this.dice.pick([0, 1, 2, 12, 32, 48, 200])));
    this.what += ` with type ${String(type)}`;
    return this.dice.chance(0.5) ? [inserted, text] : [text, inserted];
  }
}

/** Whether bytes are decoys and nothing else, or nothing at all. */
const isDecoys = (bytes: Buffer): boolean => /^(?:14 03 .. 00 01 01 ?)*$/u.test(bytes.toString('hex').replaceAll(/../gu, '$& '));

const isFinishedKept = (text: Buffer, changed: Buffer): boolean =>
  text[0] === FINISHED && changed.length > text.length && changed.subarray(0, text.length).equals(text);

const both = (messages: readonly Buffer[]) => ({ sent: messages, hashed: messages });

/** Changes records after they were encrypted. */
class RecordMutant extends Mutant {
  #flight = 0;
  readonly #target = this.dice.below(3) === 0 ? 1 : 0;

  override records(records: readonly Buffer[]): readonly Buffer[] {
    if (records.length === 0 || this.#flight++ !== this.#target) return records;
    const due = this.due;
    const changed = this.#change(records);
    if (this.#saysTheSame(records, changed)) this.due = due === 'finish' ? 'agree' : due;
    return changed;
  }

  #change(records: readonly Buffer[]): readonly Buffer[] {
    const at = this.dice.below(records.length);
    const chosen = records[at] ?? Buffer.alloc(0);
    const [before, behind] = [records.slice(0, at), records.slice(at + 1)];
    switch (this.dice.below(9)) {
      case 0:
        return [...before, ...this.#drop(chosen), ...behind];
      case 1:
        return [...before, chosen, ...this.#twice(chosen), ...behind];
      case 2:
        return this.#swap(records, at);
      case 3:
        return [...before, this.#insertion(), chosen, ...behind];
      case 4:
        return this.#cut(records);
      case 5:
        return [...before, this.#retyped(chosen), ...behind];
      default:
        return [...before, this.#edited(chosen), ...behind];
    }
  }

  /** A ChangeCipherSpec of TLS 1.3 is a decoy, with or without which a client may do. */
  #dueOf(record: Buffer): Due {
    return record[0] === CHANGE_CIPHER_SPEC && this.plan.protocol === 'TLSv1.3' ? 'agree' : 'fail';
  }

  #drop(record: Buffer): Buffer[] {
    this.weigh(this.#dueOf(record), `without record of type ${String(record[0])}`);
    return [];
  }

  #twice(record: Buffer): Buffer[] {
    this.weigh(this.#dueOf(record), `twice record of type ${String(record[0])}`);
    return [record];
  }

  #swap(records: readonly Buffer[], at: number): Buffer[] {
    const [one, other] = [records[at], records[at + 1]];
    if (one === undefined || other === undefined || one.equals(other)) return [...records];
    this.weigh(this.#dueOf(one) === 'agree' ? 'agree' : this.#dueOf(other), `swapped at ${String(at)}`);
    return [...records.slice(0, at), other, one, ...records.slice(at + 2)];
  }

  #insertion(): Buffer {
    const inserted = this.dice.pick([
      plainRecord(CHANGE_CIPHER_SPEC, Buffer.of(1)),
      plainRecord(CHANGE_CIPHER_SPEC, Buffer.of(2)),
      plainRecord(CHANGE_CIPHER_SPEC, Buffer.of(1, 1)),
      plainRecord(ALERT, Buffer.of(1, 112)),
      plainRecord(ALERT, Buffer.of(2, 40)),
      plainRecord(ALERT, Buffer.of(1, 0)),
      plainRecord(ALERT, Buffer.of(1)),
      plainRecord(HANDSHAKE, Buffer.alloc(0)),
      plainRecord(23, this.dice.bytes(this.dice.below(60))),
      plainRecord(24, this.dice.bytes(4)),
      join(u8(HANDSHAKE), u16(0x0303), u16(0xffff)),
      join(this.dice.bytes(5)),
      Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
    ]);
    // A decoy, and a warning of TLS 1.2, may be passed over.
    const isDecoy = this.plan.protocol === 'TLSv1.3' && inserted.equals(plainRecord(CHANGE_CIPHER_SPEC, Buffer.of(1)));
    const isWarning = this.plan.protocol === 'TLSv1.2' && inserted.equals(plainRecord(ALERT, Buffer.of(1, 112)));
    this.weigh(isDecoy || isWarning ? 'agree' : 'fail', `inserted ${inserted.toString('hex')}`);
    return inserted;
  }

  #cut(records: readonly Buffer[]): Buffer[] {
    const all = join(...records);
    const end = this.dice.below(all.length);
    const isDecoyCut = this.plan.protocol === 'TLSv1.3' && isDecoys(all.subarray(end));
    this.weigh(isDecoyCut ? 'agree' : 'fail', `cut at ${String(end)}`);
    return [all.subarray(0, end)];
  }

  #retyped(record: Buffer): Buffer {
    this.weigh('fail', `record of type ${String(record[0])} retyped`);
    return join(u8((record[0] ?? 0) + 1 + this.dice.below(255)), record.subarray(1));
  }

  #edited(record: Buffer): Buffer {
    const edited = editBytes(record, this.dice);
    const isDecoy = this.#dueOf(record) === 'agree' && isDecoys(edited);
    if (!edited.equals(record)) this.weigh(isDecoy ? 'agree' : 'fail', `record ${record.toString('hex').slice(0, 40)} edited`);
    return edited;
  }

  /**
   * Whether the client gets all that it waits for, and perhaps more behind it. The lower byte of a record's version says nothing (RFC
   * 8446, section 5.1: it is to be ignored), unless TLS 1.3 protects the record, which authenticates the header as it stands.
   */
  #saysTheSame(records: readonly Buffer[], changed: readonly Buffer[]): boolean {
    const given = join(...records);
    const prefix = Buffer.from(join(...changed).subarray(0, given.length));
    let at = 0;
    for (const record of records) {
      const isIgnored = !(this.plan.protocol === 'TLSv1.3' && record[0] === APPLICATION_DATA);
      if (isIgnored && at + 2 < prefix.length) prefix[at + 2] = record[2] ?? 0;
      at += record.length;
    }
    return prefix.equals(given);
  }
}
