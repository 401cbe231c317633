import { readDecision } from "@signalbox/kit/engine";
import type { Decision, DecisionInput, EvaluationOrder, EvaluationReport } from "@signalbox/proto";
import { SignalboxError } from "@signalbox/proto/errors";
import { canonicalize } from "@signalbox/tlog";
import { differences } from "./differences.ts";
import { EngineShelf } from "./engine-shelf.ts";
import { EvaluationSample } from "./evaluation-sample.ts";
import {
  parsedDecision,
  readRecordedDecision,
  reclassifiedDecision,
  type RecordedDecision,
} from "./recorded-decision.ts";
import type { FoundDocument, GivenClassification, OtherDocuments, Replayed, ReplayOptions } from "./replay-messages.ts";

/** After so long the results so far are given, so that a slow engine can be cancelled between two of them. */
const STRETCH_MS = 100;

type Compared = Extract<Replayed, { ok: true }>;

type Prepared =
  | { readonly ok: true; readonly recorded: RecordedDecision }
  | { readonly ok: false; readonly error: string };
type RunOptions = Required<Pick<ReplayOptions, "others" | "describes">> & {
  readonly wantsDecisions: boolean;
  readonly refused: ReadonlyMap<string, string>;
};

/**
 * Runs recorded decisions again, each by the engine and on the documents that it names, or by others in their place.
 */
export class ReplayRunner {
  readonly #shelf = new EngineShelf();
  readonly #samples = new Map<string, EvaluationSample>();
  readonly #onDecision: (at: number) => void;
  #identical: Compared | null = null;

  /** `onDecision` is told which leaf of a call is next to be decided; a thread that hangs has said so before. */
  constructor(onDecision: (at: number) => void = () => {}) {
    this.#onDecision = onDecision;
  }

  /** Asks `read` for the documents that are not at hand, once for all leaves. */
  async run(
    leaves: readonly string[],
    { others = {}, describes = false, refused = [], sample, classifications = [] }: ReplayOptions,
    read: (digests: readonly string[]) => Promise<readonly FoundDocument[]>,
  ): Promise<Replayed[]> {
    const prepared = leaves.map((leaf, at) => prepare(() => recordedDecision(leaf, others, classifications[at])));
    // Most decisions share one object of names.
    const sets = new Set(prepared.flatMap((each) => (each.ok ? [each.recorded.names] : [])));
    const named = new Set([...sets].flatMap((names) => Object.values(names)));
    await this.#shelf.fetch(named, read);
    const options = { others, describes, wantsDecisions: sample !== undefined, refused: new Map(refused) };
    const results: Replayed[] = [];
    const untilMs = performance.now() + STRETCH_MS;
    for (const [at, each] of prepared.entries()) {
      this.#onDecision(at);
      const replayed = each.ok ? this.#replay(each.recorded, options) : each;
      results.push(isIdentical(replayed) ? withoutDecisions(replayed) : replayed);
      if (sample !== undefined) this.#sampleOf(sample.name).add(replayed, sample.rewards[at] ?? "unknown");
      if (performance.now() > untilMs) break;
    }
    this.#shelf.forget(named);
    return results;
  }

  /** Ends a sample: what it comes to, unless nobody wants to know. */
  report(name: string, order: EvaluationOrder | null): EvaluationReport | null {
    const sample = this.#samples.get(name);
    this.#samples.delete(name);
    if (order === null) return null;
    return (sample ?? new EvaluationSample()).report(order);
  }

  #sampleOf(name: string): EvaluationSample {
    let sample = this.#samples.get(name);
    if (sample === undefined) this.#samples.set(name, (sample = new EvaluationSample()));
    return sample;
  }

  #replay(recorded: RecordedDecision, options: RunOptions): Replayed {
    try {
      return this.#decide(recorded, options);
    } catch (error) {
      if (recorded.signed === null) return { ok: false, error: SignalboxError.from(error).message };
    }
    // It may have been cut where it must not be.
    const parsed = prepare(() => parsedDecision(recorded.event(), options.others));
    return parsed.ok ? this.#replay(parsed.recorded, options) : parsed;
  }

  #decide(recorded: RecordedDecision, { describes, wantsDecisions, refused }: RunOptions): Replayed {
    const { inputJson, names, signed } = recorded;
    const why = refused.size === 0 ? undefined : refused.get(names.engine);
    if (why !== undefined) return { ok: false, error: why };
    const text = this.#shelf.decide(inputJson, names);
    if (signed === null || wantsDecisions) return compare(recorded, readDecision(text));
    // An engine of today writes what is signed; what an older one writes is brought into that form.
    if (!signed.is(text) && !signed.is(canonicalText(readDecision(text)))) return compare(recorded, readDecision(text));
    const identical = this.#identicalBy(signed.documents);
    return describes ? { ...identical, about: aboutOf(JSON.parse(signed.inputJson) as DecisionInput) } : identical;
  }

  /** One object for all that came out as they were and name the same documents: between threads it travels once. */
  #identicalBy(documents: Compared["documents"]): Compared {
    if (this.#identical?.documents !== documents)
      this.#identical = { ok: true, documents, about: null, differences: [], decisions: null };
    return this.#identical;
  }
}

function recordedDecision(
  leaf: string,
  others: OtherDocuments,
  given: GivenClassification | undefined,
): RecordedDecision {
  if (given === undefined) return readRecordedDecision(leaf, others);
  if ("error" in given) throw new SignalboxError("unprocessable", given.error);
  return reclassifiedDecision(leaf, others, given.classification);
}

function prepare(read: () => RecordedDecision): Prepared {
  try {
    return { ok: true, recorded: read() };
  } catch (error) {
    return { ok: false, error: SignalboxError.from(error).message };
  }
}

function compare({ event }: RecordedDecision, replayed: Decision): Replayed {
  const { input, decision: recorded } = event();
  const identical = canonicalText(recorded) === canonicalText(replayed);
  return {
    ok: true,
    documents: input.documents,
    about: aboutOf(input),
    differences: identical ? [] : differences(recorded, replayed),
    decisions: { recorded, replayed },
  };
}

function aboutOf({ classification, facts }: DecisionInput): NonNullable<Compared["about"]> {
  return { task: classification.task, model: facts.model };
}

function isIdentical(replayed: Replayed): replayed is Compared {
  return replayed.ok && replayed.differences.length === 0;
}

function withoutDecisions(replayed: Compared): Compared {
  return replayed.decisions === null ? replayed : { ...replayed, decisions: null };
}

/** Replayed with any number: an engine that makes a float is to be shown as a difference, not as an error. */
function canonicalText(decision: unknown): string {
  return canonicalize(decision, { numbers: "any" });
}
