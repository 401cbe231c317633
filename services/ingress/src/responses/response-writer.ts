import { type JsonObject, readJson } from "@signalbox/dialects";
import { type Residency, SignalboxError } from "@signalbox/proto";
import { AnswerWriter } from "../chat/answer-writer.ts";
import { ResponseFrames } from "./response-frames.ts";
import type { ResponseTurn } from "./response-request.ts";
import { withLosses } from "./with-losses.ts";

const TRANSLATION = "x-signalbox-translation";
const NOT_STORED = { store: false };

/** Writes a response that goes on from another one, or is to be kept: it is kept before its caller knows that it is over. */
export class ResponseWriter extends AnswerWriter {
  readonly #turn: ResponseTurn;
  readonly #frames: ResponseFrames;
  #last: JsonObject | null = null;
  #residency: readonly Residency[] = [];

  constructor(turn: ResponseTurn, ...[raw, options]: ConstructorParameters<typeof AnswerWriter>) {
    super(raw, options);
    this.#turn = turn;
    this.#frames = new ResponseFrames(turn.head);
    if (turn.losses.length > 0) this.setHeader(TRANSLATION, "none");
  }

  override holdTo(residency: readonly Residency[]): void {
    this.#residency = residency;
  }

  override setHeader(name: string, value: string): void {
    super.setHeader(name, name === TRANSLATION ? withLosses(value, this.#turn.losses) : value);
  }

  override send(body: Buffer): void {
    void this.#sendStored(body).catch((error: unknown) => {
      this.fail(SignalboxError.from(error));
    });
  }

  override write(piece: Uint8Array): boolean {
    const { frames, last } = this.#frames.push(piece);
    this.#last = last;
    return frames === "" || super.write(Buffer.from(frames));
  }

  override end(): void {
    void this.#endStored().catch((error: unknown) => {
      this.fail(SignalboxError.from(error));
    });
  }

  async #sendStored(body: Buffer): Promise<void> {
    const response = { ...(readJson(body.toString("utf8")) as JsonObject), ...this.#turn.head };
    const change = await this.#keep(response);
    super.send(Buffer.from(JSON.stringify({ ...response, ...change })));
  }

  async #endStored(): Promise<void> {
    const change = this.#last === null ? {} : await this.#keep(this.#last);
    super.write(Buffer.from(this.#frames.end(change)));
    super.end();
  }

  /** What holds of the response then: one that could not be kept does not say that it was. */
  async #keep(response: JsonObject): Promise<JsonObject> {
    const isStored = this.#turn.keep === null || (await this.#turn.keep(response, this.#residency));
    return isStored ? {} : NOT_STORED;
  }
}
