import { encodeData, joinCompletions, joinUsage, placedChoices, type JsonObject } from "@signalbox/dialects";
import type { SignalboxError } from "@signalbox/proto";
import type { AnswerTarget } from "../chat/answer-target.ts";
import type { AnswerSink } from "../chat/answer-writer.ts";
import { PromptHeaders } from "./prompt-headers.ts";

const EVENT_END = "\n\n";
const DATA = "data: ";
const DONE = "[DONE]";

type Asked = {
  readonly prompts: number;
  /** How many choices each prompt has. */
  readonly choicesEach: number;
};

/**
 * Joins the answers to several prompts of one legacy completion. Each prompt's choices get their place in the whole; a
 * stream holds the prompts' chunks as they come, and has one end. The first prompt that fails ends the whole answer, and the
 * others are cancelled.
 */
export class PromptsAnswer {
  readonly #client: AnswerTarget;
  readonly #asked: Asked;
  readonly #headers: PromptHeaders;
  readonly #bodies = new Map<number, JsonObject>();
  readonly #usages: JsonObject[] = [];
  readonly #leaving = new Set<() => void>();
  /** The head that all chunks of the one stream share. */
  #head: JsonObject | null = null;
  #ended = 0;
  #isOver = false;

  constructor(client: AnswerTarget, asked: Asked) {
    this.#client = client;
    this.#asked = asked;
    this.#headers = new PromptHeaders(client);
    client.onGone(() => {
      this.#giveUp();
    });
  }

  /** Whether nothing more can be added: a prompt failed, or the client left. */
  get isOver(): boolean {
    return this.#isOver || this.#client.isGone;
  }

  /** The target for the answer to the prompt at this place; `copy` gets this answer alone. */
  target(prompt: number, copy: AnswerSink | null): AnswerTarget {
    const frames = new FrameReader();
    const isGone = (): boolean => this.isOver;
    return {
      get isGone() {
        return isGone();
      },
      onGone: (callback) => {
        this.#leaving.add(callback);
        return () => void this.#leaving.delete(callback);
      },
      holdTo: (residency) => {
        this.#client.holdTo(residency);
      },
      setHeader: (name, value) => {
        this.#headers.set(prompt, name, value);
      },
      setContentType: (type) => {
        this.#client.setContentType(type);
      },
      send: (body) => {
        copy?.add(body);
        if (!this.isOver) this.#send(prompt, body);
      },
      write: (piece) => {
        copy?.add(piece);
        return this.isOver || this.#write(prompt, frames.push(piece));
      },
      onDrain: (callback) => {
        this.#client.onDrain(callback);
      },
      end: () => {
        if (!this.isOver) this.#end();
      },
      fail: (error) => {
        this.#fail(error);
      },
    };
  }

  #send(prompt: number, body: Buffer): void {
    this.#bodies.set(prompt, JSON.parse(body.toString("utf8")) as JsonObject);
    const { prompts, choicesEach } = this.#asked;
    if (this.#bodies.size < prompts) return;
    const answers = Array.from({ length: prompts }, (_, at) => this.#bodies.get(at) ?? {});
    this.#client.send(Buffer.from(JSON.stringify(joinCompletions(answers, choicesEach))));
  }

  #write(prompt: number, frames: readonly string[]): boolean {
    const offset = prompt * this.#asked.choicesEach;
    const placed = frames.map((data) => (data === DONE ? "" : this.#place(JSON.parse(data) as JsonObject, offset)));
    const text = placed.join("");
    return text === "" || this.#client.write(Buffer.from(text));
  }

  #place(chunk: JsonObject, offset: number): string {
    const { id, object, created, model, usage } = chunk;
    this.#head ??= { id, object, created, model };
    const choices = placedChoices(chunk, offset);
    if (choices.length > 0) return encodeData(JSON.stringify({ ...chunk, id: this.#head["id"], choices }));
    this.#usages.push(usage as JsonObject);
    return "";
  }

  #end(): void {
    this.#ended += 1;
    if (this.#ended < this.#asked.prompts) return;
    const usage = { ...this.#head, choices: [], usage: joinUsage(this.#usages) };
    const told = this.#usages.length === 0 ? "" : encodeData(JSON.stringify(usage));
    this.#client.write(Buffer.from(told + encodeData(DONE)));
    this.#client.end();
  }

  #fail(error: SignalboxError): void {
    if (this.isOver) return;
    this.#client.fail(error);
    this.#giveUp();
  }

  #giveUp(): void {
    this.#isOver = true;
    for (const leave of this.#leaving) leave();
    this.#leaving.clear();
  }
}

/** Cuts a stream, which comes in any pieces, into the data of its events. */
class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  push(piece: Uint8Array): readonly string[] {
    const bytes = Buffer.concat([this.#rest, piece]);
    const end = bytes.lastIndexOf(EVENT_END) + EVENT_END.length;
    if (end < EVENT_END.length) {
      this.#rest = bytes;
      return [];
    }
    this.#rest = bytes.subarray(end);
    const events = bytes.toString("utf8", 0, end - EVENT_END.length).split(EVENT_END);
    // Comments keep a silent connection open, and say nothing.
    return events.filter((event) => event.startsWith(DATA)).map((event) => event.slice(DATA.length));
  }
}
