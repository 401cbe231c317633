import { Socket } from "node:net";

const ROOM_BYTES = 512 * 1_024;
/** Of PostgreSQL's messages: a type, and a length that counts itself but not the type. */
const TYPE_BYTES = 1;
const HEAD_BYTES = TYPE_BYTES + 4;

/**
 * A connection to PostgreSQL that reads into the same memory again and again, and emits whole messages. An ordinary
 * socket allocates for each read, and at the size of pages of leaves that has the whole heap collected a few times a
 * second. A message's bytes stand until its listeners return. It does not speak TLS.
 */
export class FramedSocket extends Socket {
  #room = Buffer.allocUnsafeSlow(ROOM_BYTES);
  /** The beginning of a message whose rest is to come, from the start of the room on. */
  #begun = 0;

  constructor() {
    super({
      onread: {
        buffer: () => this.#room.subarray(this.#begun),
        callback: (bytes) => this.#take(bytes),
      },
    });
  }

  #take(bytes: number): boolean {
    const filled = this.#begun + bytes;
    const { whole, needed } = wholeMessages(this.#room.subarray(0, filled));
    if (whole > 0) this.emit("data", this.#room.subarray(0, whole));
    this.#begun = filled - whole;
    if (needed <= this.#room.length) {
      this.#room.copyWithin(0, whole, filled);
    } else {
      const room = Buffer.allocUnsafeSlow(2 * needed);
      this.#room.copy(room, 0, whole, filled);
      this.#room = room;
    }
    return true;
  }
}

/** How many of the bytes are whole messages, and how many the message after them has, as far as is known. */
export function wholeMessages(bytes: Buffer): { readonly whole: number; readonly needed: number } {
  let whole = 0;
  while (whole + HEAD_BYTES <= bytes.length) {
    const length = TYPE_BYTES + bytes.readUInt32BE(whole + TYPE_BYTES);
    if (whole + length > bytes.length) return { whole, needed: length };
    whole += length;
  }
  return { whole, needed: HEAD_BYTES };
}
