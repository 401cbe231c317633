import {
  chunkWithCallersNames,
  type Collector,
  type EgressCodec,
  egressOf,
  type EventParser,
  type IngressCodec,
  ingressOf,
  type NeutralChunk,
  OpenedCount,
  type ReadState,
  truncated,
  type WriteState,
} from "@signalbox/dialects";
import type { AttemptContext, AttemptTrace } from "./attempt.ts";
import type { CompleteAnswer } from "./complete-answer.ts";
import { drainBody } from "./drain-body.ts";
import { usageOfAnswer } from "./estimate-usage.ts";
import { giveOut } from "./give-out.ts";
import type { AnswerGuard, Guarded } from "./guard/answer-guard.ts";
import { HeldBytes } from "./held-bytes.ts";
import type { Relay } from "./relay-whole.ts";

/**
 * Frames before the first content are held back, so that another endpoint can still answer; no more of them than this. The
 * Responses API begins with the request's own instructions and tools, twice.
 */
const HELD_MAX_CHARS = 4 * 1024 * 1024;

/** Passes a stream on, event by event; resolves at its end and throws when it ends in any way but a complete answer. */
export async function relayStream(relay: Relay, parser: EventParser): Promise<CompleteAnswer> {
  const { answer, context, deadline } = relay;
  const translation = new Translation(context, parser);
  const held = new HeldBytes({ maxBytes: context.answerMaxBytes, room: context.room });
  const bytes = (answer.body as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  for (;;) {
    let read: Read;
    try {
      read = await bytes.next();
    } catch (error) {
      // An answer that has ended already is whole, however and whenever its connection ends after it.
      if (context.signal.aborted || !translation.isWhole) throw error;
      read = CUT;
    }
    deadline.heard();
    const frames = translate(translation, read, relay.trace);
    if (frames !== "") {
      deadline.begun();
      await giveOut(frames, context.serving, relay);
    } else if (read.done !== true) held.take(read.value.length);
    const { end } = translation.progress;
    if (end.kind === "error") throw end.error;
    if (end.kind === "truncated") throw truncated(context.provider.name);
    if (end.kind === "done") {
      if (read.done !== true) drainBody(bytes, answer.body);
      const settling = translation.settle();
      if (settling !== null) await settling;
      return translation.complete();
    }
  }
}

type Read = IteratorResult<Buffer> & { readonly isCut?: true };

const CUT: Read = { done: true, value: undefined, isCut: true };

/** What these bytes complete. What is known by then is what an attempt is billed by that a guardrail or a limit ends here. */
function translate(translation: Translation, read: Read, trace: AttemptTrace): string {
  try {
    return read.done === true ? translation.end(read.isCut === true) : translation.push(read.value);
  } finally {
    const { usage, promptUsage, outputChars } = translation.progress;
    trace.reported = usage;
    trace.reportedChars = translation.reportedChars;
    trace.promptUsage = promptUsage;
    trace.outputChars = outputChars;
  }
}

/** One stream's way from the provider's bytes to the caller's frames. */
class Translation {
  readonly #context: AttemptContext;
  readonly #codec: EgressCodec;
  readonly #caller: IngressCodec;
  readonly #parser: EventParser;
  readonly #opened = new OpenedCount();
  readonly #collector: Collector | null;
  readonly #guarded: ReturnType<AnswerGuard["open"]> | null;
  #reading: ReadState;
  #writing: WriteState;
  #held = "";
  #isReleased = false;
  #reportedChars = 0;

  constructor(context: AttemptContext, parser: EventParser) {
    const { provider, endpoint, request, fallbackId } = context;
    this.#context = context;
    this.#parser = parser;
    this.#codec = egressOf(endpoint.dialect);
    this.#caller = ingressOf(context.dialect);
    this.#guarded = context.guard?.open() ?? null;
    this.#collector = context.collect ? this.#caller.collector() : null;
    const defaults = { id: fallbackId, createdAtS: Math.floor(Date.now() / 1000), model: endpoint.upstreamModel };
    const { name, secrets, quirks } = provider;
    this.#reading = this.#codec.startReading({ provider: name, secrets, quirks, choices: request.choices, defaults });
    this.#writing = this.#caller.startWriting(context.writing);
  }

  get progress(): ReadState["progress"] {
    return this.#reading.progress;
  }

  /** Whether the answer would be complete if its body ended here. */
  get isWhole(): boolean {
    return this.#codec.readEnd(this.#reading).progress.end.kind === "done";
  }

  /** What had been generated when the provider last reported its usage. */
  get reportedChars(): number {
    return this.#reportedChars;
  }

  /** The frames that these bytes complete and that may be given out. */
  push(bytes: Uint8Array): string {
    return this.#take(this.#parser.push(bytes));
  }

  /** The same for the end of the body. What was cut off in the middle of an event is none. */
  end(isCut: boolean): string {
    const frames = isCut ? "" : this.#take(this.#parser.end());
    this.#pass(this.#codec.lastChunks?.(this.#reading) ?? []);
    this.#reading = this.#codec.readEnd(this.#reading);
    return frames + this.#release();
  }

  /** Resolves when what was held back for guardrails elsewhere may be given out; null when nothing was. */
  settle(): Promise<void> | null {
    const settle = this.#guarded?.settle ?? null;
    return settle === null
      ? null
      : settle().then((guarded) => {
          this.#give(guarded);
        });
  }

  complete(): CompleteAnswer {
    const { usage: reported, promptUsage, usageSource, finish, outputChars } = this.progress;
    const usage = usageOfAnswer(reported, {
      ...this.#context,
      promptUsage,
      outputChars,
      reportedChars: this.#reportedChars,
    });
    const note = this.#context.noteOf(usage);
    const tail = { usage, usageSource, usageForm: this.#codec.form, note };
    return {
      usage,
      finish,
      content: this.#release(),
      losses: this.#writing.losses,
      tail: this.#caller.writeTail(this.#writing, tail),
      whole: () => (finish === "content_filter" ? null : (this.#collector?.body(tail) ?? null)),
    };
  }

  #take(events: ReturnType<EventParser["push"]>): string {
    for (const event of events) {
      const [reading, chunks] = this.#codec.readEvent(this.#reading, event);
      if (reading.progress.usage !== this.progress.usage) this.#reportedChars = reading.progress.outputChars;
      this.#reading = reading;
      this.#pass(chunks);
    }
    if (this.#guarded !== null && this.progress.end.kind === "done") this.#give(this.#guarded.end());
    return this.#release();
  }

  #pass(chunks: readonly NeutralChunk[]): void {
    for (const { deltas } of chunks) this.#opened.add(deltas);
    for (const each of chunks) {
      const chunk = chunkWithCallersNames(each, this.#context.rendered.toolNames);
      this.#give(this.#guarded?.push(chunk) ?? { kept: [chunk], given: [chunk] });
    }
  }

  #give({ kept, given }: Guarded<NeutralChunk[]>): void {
    for (const chunk of kept) this.#collector?.add(chunk);
    for (const chunk of given) {
      const [writing, frame] = this.#caller.writeChunk(this.#writing, chunk);
      this.#writing = writing;
      this.#held += frame;
    }
  }

  #release(): string {
    const { begun, end } = this.progress;
    this.#isReleased ||= begun || end.kind === "done" || this.#held.length > HELD_MAX_CHARS;
    if (!this.#isReleased) return "";
    const frames = this.#held;
    this.#held = "";
    return frames;
  }
}
