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
  chooseAction,
  type Finding,
  type Guardrails,
  maskText,
  type Redaction,
  RestoreStream,
  scanJsonSlices,
  ScanStream,
} from "@signalbox/guard";
import {
  type DialectName,
  GUARD_TYPES_MAX,
  type GuardAction,
  type GuardOutcome,
  type RequestRedaction,
  SignalboxError,
} from "@signalbox/proto";

/** An answer as it may be kept, with what was taken out of the request still out, and as the caller gets it. */
export type Guarded<T> = { readonly kept: T; readonly given: T };

/**
 * Looks through the answer to one request by the rules of the guardrails document, and puts back into it what was taken out of
 * the request: in this order, because what the caller said itself may be given back. An answer is built anew from the neutral
 * form, because the provider's own fields hold what must not go on.
 */
export class AnswerGuard {
  readonly #guardrails: Guardrails | null;
  readonly #redaction: Redaction;
  readonly #request: RequestRedaction | null;
  readonly #source: Source;
  readonly #found = new Map<string, { action: GuardAction; count: number }>();

  constructor(options: {
    readonly guardrails: Guardrails | null;
    readonly request: RequestRedaction | null;
    readonly dialect: DialectName;
  }) {
    this.#guardrails = options.guardrails;
    this.#request = options.request;
    this.#redaction = { originals: new Map(Object.entries(options.request?.originals ?? {})) };
    this.#source = builtFor(options.dialect);
  }

  /**
   * Throws `content-blocked` for what a rule blocks. An answer whose text, as the provider sent it, holds nothing of the kind
   * stays as it is; of one that does, fields that nobody knows do not go on.
   */
  async whole(response: NeutralResponse, text: string): Promise<Guarded<NeutralResponse>> {
    const isClean = this.#guardrails === null || (await this.#isClean(text, this.#guardrails));
    const kept = isClean
      ? response
      : { ...filterResponse(response, this.#scanFilter, this.#source), source: this.#source };
    return { kept, given: this.#request === null ? kept : filterResponse(kept, this.#restoreFilter, this.#source) };
  }

  /** The same for the answer to an operation beside chat, which is JSON or a text. */
  async value<T>(value: T, text: string): Promise<Guarded<T>> {
    const isClean = this.#guardrails === null || (await this.#isClean(text, this.#guardrails));
    const kept = isClean ? value : filterStrings(value, this.#scanFilter);
    return { kept, given: this.restored(kept) };
  }

  /** A value that repeats the request, with what was taken out of it put back. */
  restored<T>(value: T): T {
    return this.#request === null ? value : filterStrings(value, this.#restoreFilter);
  }

  /** For an answer that comes in pieces. */
  open(): { push(chunk: NeutralChunk): Guarded<NeutralChunk[]>; end(): Guarded<NeutralChunk[]> } {
    const scan = this.#guardrails === null ? null : new DeltaFilter(this.#scanFilter);
    const restore = this.#request === null ? null : new DeltaFilter(this.#restoreFilter);
    const built = (chunk: NeutralChunk): NeutralChunk => this.#built(chunk);
    return {
      push(chunk) {
        const kept = scan === null ? [chunk] : scan.push(chunk).map(built);
        return { kept, given: (restore === null ? kept : kept.flatMap((each) => restore.push(each))).map(built) };
      },
      end() {
        const kept = scan === null ? [] : scan.end().map(built);
        const rest = restore === null ? kept : [...kept.flatMap((each) => restore.push(each)), ...restore.end()];
        return { kept, given: rest.map(built) };
      },
    };
  }

  /** For the request's outcome; undefined when there was nothing to do. */
  get outcome(): GuardOutcome | undefined {
    const config = this.#request?.config ?? this.#guardrails?.digest;
    if (config === undefined || (this.#request === null && this.#found.size === 0)) return undefined;
    const found = [...this.#found]
      .map(([type, { action, count }]) => ({ type, action, count }))
      .toSorted((a, b) => (a.type < b.type ? -1 : 1));
    return { config, redacted: this.#request?.redacted ?? [], found: found.slice(0, GUARD_TYPES_MAX) };
  }

  async #isClean(text: string, { guard }: Guardrails): Promise<boolean> {
    const slices = scanJsonSlices(text, guard, { textMaxChars: text.length });
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

  readonly #restoreFilter: OpenFilter = (form) => new RestoreStream(this.#redaction, form);

  readonly #scanFilter: OpenFilter = () => {
    const stream = new ScanStream(this.#guardrails!.guard);
    return {
      push: (piece) => this.#judge(stream.push(piece)),
      end: () => this.#judge(stream.end()),
    };
  };

  #judge({ text, findings }: { readonly text: string; readonly findings: readonly Finding[] }): string {
    if (findings.length === 0) return text;
    const { rules } = this.#guardrails!.document.answer;
    for (const [type, each] of Map.groupBy(findings, (finding) => finding.type)) {
      const { action } = chooseAction(each, rules);
      const count = (this.#found.get(type)?.count ?? 0) + each.length;
      this.#found.set(type, { action: action === "pass" ? "observe" : action, count });
    }
    const verdict = chooseAction(findings, rules);
    if (verdict.action === "block") {
      throw new SignalboxError(
        "content-blocked",
        `The answer holds what may not be given out: ${verdict.types.join(", ")}.`,
      );
    }
    return verdict.action === "redact" ? maskText(text, verdict.findings) : text;
  }
}
