import { loadEngine, type Engine } from "@signalbox/kit/engine";
import type { DecisionEvent, DecisionInput, EvaluationOrder, EvaluationReport } from "@signalbox/proto";
import { SignalboxError } from "@signalbox/proto/errors";
import { canonicalize, parseEnvelope } from "@signalbox/tlog";
import { differences } from "../read/differences.ts";
import { EvaluationSample } from "./evaluation-sample.ts";
import type { FoundDocument, OtherDocuments, Replayed, ReplayOptions } from "./replay-messages.ts";

/** Engines kept loaded; each is a context of its own with its documents parsed in it. */
const ENGINES_MAX = 4;
const TEXTS_MAX_CHARS = 64 * 1024 * 1024;
/** After so long the results so far are given, so that a slow engine can be cancelled between two of them. */
const STRETCH_MS = 100;

/** A leaf as it was read, with the documents that its decision is to be made from. */
type Prepared =
  | { readonly ok: true; readonly text: string; readonly event: DecisionEvent; readonly input: DecisionInput }
  | { readonly ok: false; readonly error: string };

/** Runs recorded decisions again, each by the engine and on the documents that it names, or by others in their place. */
export class ReplayRunner {
  /** Both in the order of their last use. */
  readonly #engines = new Map<string, Engine>();
  readonly #texts = new Map<string, string>();
  #chars = 0;
  readonly #samples = new Map<string, EvaluationSample>();

  /** Asks `read` for the documents that are not at hand, once for all leaves. */
  async run(
    leaves: readonly Uint8Array[],
    { others = {}, sample }: ReplayOptions,
    read: (digests: readonly string[]) => Promise<readonly FoundDocument[]>,
  ): Promise<Replayed[]> {
    const prepared = leaves.map((leaf) => prepare(leaf, others));
    const named = new Set(prepared.flatMap((each) => (each.ok ? Object.values(each.input.documents) : [])));
    const needed = [...named].filter((digest) => !this.#texts.has(digest));
    const missing = new Map<string, string>();
    for (const found of needed.length === 0 ? [] : await read(needed)) {
      if ("text" in found) this.#hold(found.digest, found.text);
      else missing.set(found.digest, found.error);
    }
    const results: Replayed[] = [];
    const untilMs = performance.now() + STRETCH_MS;
    for (const [at, each] of prepared.entries()) {
      const replayed = each.ok ? this.#replay(each, missing) : each;
      results.push(replayed.ok && replayed.differences.length === 0 ? { ...replayed, decisions: null } : replayed);
      if (sample !== undefined) this.#sampleOf(sample.name).add(replayed, sample.rewards[at] ?? "unknown");
      if (performance.now() > untilMs) break;
    }
    this.#forget(named);
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

  #replay(
    { text: payload, event, input }: Extract<Prepared, { ok: true }>,
    missing: ReadonlyMap<string, string>,
  ): Replayed {
    try {
      const textOf = (digest: string): string => {
        const text = this.#texts.get(digest);
        if (text !== undefined) return text;
        throw new SignalboxError("not-found", missing.get(digest) ?? `The document ${digest} is missing.`);
      };
      const { engine, policy, catalogue, health } = input.documents;
      const documents = { policy: textOf(policy), catalogue: textOf(catalogue), health: textOf(health) };
      const replayed = this.#engine(engine, textOf(engine)).decide(input, documents);
      const recorded = event.decision;
      const replayedText = canonicalText(replayed);
      // What was signed is canonical already, as a rule, so the recorded decision need not be made so again.
      const isSigned = payload.includes(`"decision":${replayedText},"decisionDigest":`);
      const identical = isSigned || canonicalText(recorded) === replayedText;
      return {
        ok: true,
        task: input.classification.task,
        model: input.facts.model,
        documents: event.input.documents,
        differences: identical ? [] : differences(recorded, replayed),
        decisions: { recorded, replayed },
      };
    } catch (error) {
      return { ok: false, error: SignalboxError.from(error).message };
    }
  }

  #engine(digest: string, source: string): Engine {
    const engine = this.#engines.get(digest) ?? loadEngine(source);
    this.#engines.delete(digest);
    this.#engines.set(digest, engine);
    if (this.#engines.size > ENGINES_MAX) this.#engines.delete(this.#engines.keys().next().value as string);
    return engine;
  }

  #hold(digest: string, text: string): void {
    this.#texts.set(digest, text);
    this.#chars += text.length;
  }

  /** What was used last goes last; a call has all that it names, however much that is. */
  #forget(named: ReadonlySet<string>): void {
    for (const digest of named) {
      const text = this.#texts.get(digest);
      if (text === undefined) continue;
      this.#texts.delete(digest);
      this.#texts.set(digest, text);
    }
    for (const [oldest, { length }] of this.#texts) {
      if (this.#chars <= TEXTS_MAX_CHARS) break;
      this.#texts.delete(oldest);
      this.#chars -= length;
    }
  }
}

function prepare(leaf: Uint8Array, others: OtherDocuments): Prepared {
  const payload = parseEnvelope(leaf)?.payload;
  if (payload === undefined) return { ok: false, error: "The leaf is not an envelope." };
  const text = Buffer.from(payload).toString("utf8");
  const event = JSON.parse(text) as DecisionEvent;
  return { ok: true, text, event, input: { ...event.input, documents: { ...event.input.documents, ...others } } };
}

/** Replayed with any number: an engine that makes a float is to be shown as a difference, not as an error. */
function canonicalText(decision: unknown): string {
  return canonicalize(decision, { numbers: "any" });
}
