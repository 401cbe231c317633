import { setImmediate as nextTurn } from "node:timers/promises";
import {
  builtFor,
  DeltaFilter,
  filterResponse,
  filterStrings,
  type NeutralChunk,
  type NeutralResponse,
  type OpenFilter,
  type Source,
} from "@signalbox/dialects";
import {
  type Finding,
  type FindingType,
  type Guardrails,
  maskText,
  type Redaction,
  RestoreStream,
  scanJsonSlices,
  ScanStream,
} from "@signalbox/guard";
import type { RemoteGuards } from "@signalbox/kit/remote-guards";
import { type DialectName, type GuardOutcome, type RequestRedaction, SignalboxError } from "@signalbox/proto";
import { AnswerVerdict } from "./answer-verdict.ts";
import { askAboutResponse, askAboutStream, askAboutTexts } from "./ask-remotely.ts";
import { checkCalls, ToolCallGate } from "./tool-call-gate.ts";

/** An answer as it may be kept, with what was taken out of the request still out, and as the caller gets it. */
export type Guarded<T> = { readonly kept: T; readonly given: T };

/** An answer that comes in pieces. */
type GuardedStream = {
  push(chunk: NeutralChunk): Guarded<NeutralChunk[]>;
  end(): Guarded<NeutralChunk[]>;
  /** To be waited for after the end: all that was held back for guardrails elsewhere. null: nothing is. */
  readonly settle: (() => Promise<Guarded<NeutralChunk[]>>) | null;
};

/**
 * Looks through the answer to one request by the rules of the guardrails document, and puts back into it what was taken out of
 * the request: in this order, because what the caller said itself may be given back. An answer is built anew from the neutral
 * form, because the provider's own fields hold what must not go on.
 */
export class AnswerGuard {
  readonly #guardrails: Guardrails | null;
  readonly #remote: RemoteGuards | null;
  readonly #redaction: Redaction;
  readonly #request: RequestRedaction | null;
  readonly #dialect: DialectName;
  readonly #source: Source;
  readonly #verdict: AnswerVerdict;

  constructor(options: {
    readonly guardrails: Guardrails | null;
    readonly remote: RemoteGuards | null;
    readonly request: RequestRedaction | null;
    readonly dialect: DialectName;
  }) {
    this.#guardrails = options.guardrails;
    this.#remote = options.remote;
    this.#request = options.request;
    this.#redaction = { originals: new Map(Object.entries(options.request?.originals ?? {})) };
    this.#dialect = options.dialect;
    this.#source = builtFor(options.dialect);
    this.#verdict = new AnswerVerdict(options.guardrails?.document.answer.rules ?? []);
  }

  /**
   * Throws `content-blocked` for what a rule blocks. An answer whose text, as the provider sent it, holds nothing of the kind
   * stays as it is; of one that does, fields that nobody knows do not go on.
   */
  async whole(response: NeutralResponse, text: string): Promise<Guarded<NeutralResponse>> {
    const rules = this.#guardrails?.toolRules ?? null;
    if (rules !== null) checkCalls(response, rules, this.#onWrongCall);
    const isClean = !this.#scans || (await this.#isClean(text));
    const scanned = isClean
      ? response
      : { ...filterResponse(response, this.#scanFilter, this.#source), source: this.#source };
    const kept = this.#remote === null ? scanned : await askAboutResponse(scanned, this.#asking(this.#remote));
    return { kept, given: this.#request === null ? kept : filterResponse(kept, this.#restoreFilter, this.#source) };
  }

  /** The same for the answer to an operation beside chat, which is JSON or a text. */
  async value<T>(value: T, text: string): Promise<Guarded<T>> {
    const isClean = !this.#scans || (await this.#isClean(text));
    const kept = isClean ? value : filterStrings(value, this.#scanFilter);
    if (this.#remote !== null) await askAboutTexts(kept, this.#asking(this.#remote));
    return { kept, given: this.restored(kept) };
  }

  /** A value that repeats the request, with what was taken out of it put back. */
  restored<T>(value: T): T {
    return this.#request === null ? value : filterStrings(value, this.#restoreFilter);
  }

  open(): GuardedStream {
    const toolRules = this.#guardrails?.toolRules ?? null;
    const gate = toolRules === null ? null : new ToolCallGate(toolRules, this.#onWrongCall);
    const scan = this.#scans ? new DeltaFilter(this.#scanFilter) : null;
    const restore = this.#request === null ? null : new DeltaFilter(this.#restoreFilter);
    const built = (chunk: NeutralChunk): NeutralChunk => this.#built(chunk);
    const scanned = (chunks: readonly NeutralChunk[]): NeutralChunk[] =>
      scan === null ? [...chunks] : chunks.flatMap((each) => scan.push(each)).map(built);
    const restored = (kept: readonly NeutralChunk[]): NeutralChunk[] =>
      restore === null ? [...kept] : kept.flatMap((each) => restore.push(each)).map(built);
    const push = (chunk: NeutralChunk): NeutralChunk[] => scanned(gate === null ? [chunk] : gate.push(chunk));
    const end = (): NeutralChunk[] => [
      ...(gate === null ? [] : scanned(gate.end())),
      ...(scan === null ? [] : scan.end().map(built)),
    ];
    const give = (kept: NeutralChunk[]): Guarded<NeutralChunk[]> => ({ kept, given: restored(kept) });
    const finish = (kept: NeutralChunk[]): Guarded<NeutralChunk[]> => ({
      kept,
      given: [...restored(kept), ...(restore === null ? [] : restore.end().map(built))],
    });
    const remote = this.#remote;
    if (remote === null) return { push: (chunk) => give(push(chunk)), end: () => finish(end()), settle: null };
    const held: NeutralChunk[] = [];
    const hold = (chunks: readonly NeutralChunk[]): Guarded<NeutralChunk[]> => {
      held.push(...chunks);
      return { kept: [], given: [] };
    };
    return {
      push: (chunk) => hold(push(chunk)),
      end: () => hold(end()),
      settle: async () => {
        if (!(await askAboutStream(held, this.#asking(remote)))) throw mayNotStream();
        return finish(held);
      },
    };
  }

  /** For the request's outcome; undefined when there was nothing to do. */
  get outcome(): GuardOutcome | undefined {
    const config = this.#request?.config ?? this.#guardrails?.digest;
    const { found } = this.#verdict;
    if (config === undefined || (this.#request === null && found.length === 0)) return undefined;
    return { config, redacted: this.#request?.redacted ?? [], found };
  }

  /** Without rules for answers, nothing is looked for in their texts. */
  get #scans(): boolean {
    return (this.#guardrails?.document.answer.rules.length ?? 0) > 0;
  }

  #asking(remote: RemoteGuards): { remote: RemoteGuards; verdict: AnswerVerdict; dialect: DialectName } {
    return { remote, verdict: this.#verdict, dialect: this.#dialect };
  }

  async #isClean(text: string): Promise<boolean> {
    const slices = scanJsonSlices(text, this.#guardrails!.guard, { textMaxChars: text.length });
    for (;;) {
      const step = slices.next();
      if (step.done === true) return step.value.findings.length === 0;
      await nextTurn();
    }
  }

  #built(chunk: NeutralChunk): NeutralChunk {
    const deltas = chunk.deltas.map((delta) => {
      const extras = delta.extras?.filter(({ kind }) => kind !== "logprobs");
      return { ...delta, source: {}, ...(extras === undefined ? {} : { extras }) };
    });
    return { ...chunk, source: this.#source, deltas };
  }

  readonly #onWrongCall = (type: FindingType): void => {
    this.#verdict.judge([{ type, start: 0, end: 0 }]);
  };

  readonly #restoreFilter: OpenFilter = (form) => new RestoreStream(this.#redaction, form);

  readonly #scanFilter: OpenFilter = () => {
    const stream = new ScanStream(this.#guardrails!.guard);
    return {
      push: (piece) => this.#judge(stream.push(piece)),
      end: () => this.#judge(stream.end()),
    };
  };

  #judge({ text, findings }: { readonly text: string; readonly findings: readonly Finding[] }): string {
    const taken = this.#verdict.judge(findings);
    return taken.length === 0 ? text : maskText(text, taken);
  }
}

function mayNotStream(): SignalboxError {
  return new SignalboxError("content-blocked", "The answer holds what may not be given out, and it is a stream.");
}
