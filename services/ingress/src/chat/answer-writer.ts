import type { ServerResponse } from "node:http";
import { ingressOf, type RequestEnvelope } from "@signalbox/dialects";
import type { DialectName, Residency, SignalboxError } from "@signalbox/proto";
import { errorAnswer } from "../http/error-answer.ts";
import type { Metrics } from "../metrics.ts";

type Headers = Readonly<Record<string, string>>;

const JSON_TYPE = "application/json; charset=utf-8";
const STREAM_HEADERS = {
  "cache-control": "no-cache, no-transform",
  // Proxies of the nginx kind would gather the stream.
  "x-accel-buffering": "no",
};

/** The caller's dialect, in which errors and streams are written. */
type Caller = { readonly dialect: DialectName; readonly envelope: RequestEnvelope | null };

/** Something else that gets a copy of the answer. */
export type AnswerSink = { add(piece: Uint8Array): void };

/** Writes one answer to the client's connection, and knows when the client is gone: writes do nothing then. */
export class AnswerWriter {
  readonly #raw: ServerResponse;
  readonly #metrics: Metrics;
  readonly #stalledTimeoutMs: number;
  readonly #startedMs: number;
  readonly #stream: boolean;
  readonly #caller: Caller;
  /** On every answer to this request, errors too. */
  readonly #headers: Record<string, string>;
  readonly #explain: (error: SignalboxError) => SignalboxError;
  readonly #copy: AnswerSink | null;
  /** Null: the content type of the caller's dialect. */
  #contentType: string | null = null;
  #answerBytes = 0;
  #firstByteUs: number | null = null;

  constructor(
    raw: ServerResponse,
    options: {
      headers: Headers;
      stream: boolean;
      caller: Caller;
      startedMs: number;
      stalledTimeoutMs: number;
      metrics: Metrics;
      /** Adds to an error what the line does not know, such as the hosts that would serve a model. */
      explain?: (error: SignalboxError) => SignalboxError;
      /** Gets what the client gets of the answer. */
      copy?: AnswerSink | null;
    },
  ) {
    this.#raw = raw;
    this.#headers = { ...options.headers };
    this.#stream = options.stream;
    this.#caller = options.caller;
    this.#startedMs = options.startedMs;
    this.#stalledTimeoutMs = options.stalledTimeoutMs;
    this.#metrics = options.metrics;
    this.#copy = options.copy ?? null;
    this.#explain = options.explain ?? ((error) => error);
  }

  /** The client left before its answer was whole. */
  get isGone(): boolean {
    return this.#raw.destroyed && !this.#raw.writableFinished;
  }

  get hasBegun(): boolean {
    return this.#raw.headersSent;
  }

  /** Bytes of content given to the client, and the microseconds from the request to the first of them. */
  get answerBytes(): number {
    return this.#answerBytes;
  }

  get firstByteUs(): number | null {
    return this.#firstByteUs;
  }

  /** Calls back once when the client leaves early; the returned function forgets the callback. */
  onGone(callback: () => void): () => void {
    const onClose = (): void => {
      if (!this.#raw.writableFinished) callback();
    };
    this.#raw.once("close", onClose);
    return () => void this.#raw.off("close", onClose);
  }

  /** What the conversation is held to if it is stored with this answer. */
  holdTo(_residency: readonly Residency[]): void {
    // This writer stores nothing; the one for stored responses overrides it.
  }

  setHeader(name: string, value: string): void {
    this.#headers[name] = headerText(value);
  }

  /** For an answer in another form than the dialect's: audio, plain text, or a stream of another operation. */
  setContentType(type: string): void {
    this.#contentType = headerText(type);
  }

  /** Sends a whole answer. */
  send(body: Buffer): void {
    if (this.isGone) return;
    this.#count(body);
    this.#raw.writeHead(200, {
      ...this.#headers,
      "content-type": this.#contentType ?? JSON_TYPE,
      "content-length": body.length,
    });
    this.#raw.end(body);
  }

  /** Sends a piece of a stream. False: the client reads more slowly, and `onDrain` calls back when to go on. */
  write(piece: Uint8Array): boolean {
    if (this.isGone) return true;
    if (!this.#raw.headersSent) {
      const { dialect, envelope } = this.#caller;
      const type = this.#contentType ?? `${ingressOf(dialect).streamType(envelope ?? undefined)}; charset=utf-8`;
      this.#raw.writeHead(200, { ...this.#headers, ...STREAM_HEADERS, "content-type": type });
    }
    this.#count(piece);
    return this.#raw.write(piece);
  }

  /** Calls back once the client has read what was written. A client that reads nothing for `stalledTimeoutMs` is cut off. */
  onDrain(callback: () => void): void {
    const timer = setTimeout(() => {
      this.#raw.destroy();
    }, this.#stalledTimeoutMs);
    timer.unref();
    this.#raw.once("drain", () => {
      clearTimeout(timer);
      callback();
    });
  }

  end(): void {
    if (!this.isGone) this.#raw.end();
  }

  /** Ends the answer with an error: an HTTP one before the first byte, an event of the stream after it. */
  fail(failure: SignalboxError): void {
    if (this.isGone) return;
    const error = this.#explain(failure);
    this.#metrics.countError(error.code);
    const { dialect, envelope } = this.#caller;
    if (this.#raw.headersSent) {
      // Inside of audio an error message would be played as sound; a broken connection is the only sign that is left.
      if (this.#contentType !== null && !this.#contentType.startsWith("text/event-stream")) {
        this.#raw.destroy();
        return;
      }
      this.#raw.end(ingressOf(dialect).renderErrorFrame(error, envelope ?? undefined, this.#answerBytes > 0));
      return;
    }
    const { status, headers, body } = errorAnswer(error, dialect);
    this.#raw.writeHead(status, { ...this.#headers, ...headers, "content-length": Buffer.byteLength(body) });
    this.#raw.end(body);
  }

  #count(piece: Uint8Array): void {
    this.#answerBytes += piece.length;
    this.#copy?.add(piece);
    if (this.#firstByteUs !== null) return;
    const elapsedMs = performance.now() - this.#startedMs;
    this.#firstByteUs = Math.round(elapsedMs * 1_000);
    this.#metrics.observeFirstByte(this.#stream, elapsedMs / 1_000);
  }
}

/** A header value of visible ASCII alone: Node throws for anything else, and names of models may hold it. */
function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?");
}
