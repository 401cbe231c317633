import { loadEngine, type Engine } from "@signalbox/kit";
import { type Decision, type DecisionEvent, SignalboxError } from "@signalbox/proto";
import type { LedgerDifference, LedgerReplayResult } from "@signalbox/proto/grpc/ledger";
import { canonicalize, parseEnvelope } from "@signalbox/tlog";
import { differences } from "./differences.ts";
import type { DocumentCache } from "./document-cache.ts";
import type { LeafRow } from "./leaf-rows.ts";

/** Engines kept loaded; each is a context of its own with its documents parsed in it. */
const ENGINES_MAX = 4;

/** Digests of documents to decide by in place of those that a decision names. */
export type OtherDocuments = { readonly engine?: string; readonly policy?: string };

export type Replayed =
  | {
      readonly ok: true;
      readonly recorded: Decision;
      readonly replayed: Decision;
      /** Empty when both are the same bytes. */
      readonly differences: readonly LedgerDifference[];
    }
  /** It could not be replayed at all, e.g. because a document is missing. */
  | { readonly ok: false; readonly error: string };

/** Runs recorded decisions again, each by the engine and on the documents that it names. */
export class Replayer {
  readonly #documents: DocumentCache;
  /** In the order of their last use. */
  readonly #engines = new Map<string, Engine>();

  constructor(documents: DocumentCache) {
    this.#documents = documents;
  }

  /** Compares what was decided with what is decided now, byte for byte. `error` says why that was not possible. */
  async replay(row: LeafRow): Promise<LedgerReplayResult> {
    const head = { decisionId: row.decision_id ?? "", index: BigInt(row.idx) };
    const result = await this.run(row);
    if (!result.ok) return { ...head, identical: false, differences: [], error: result.error };
    return { ...head, identical: result.differences.length === 0, differences: [...result.differences], error: "" };
  }

  /** Decides again, by the engine and documents that the decision names or by others in their place. */
  async run({ leaf }: Pick<LeafRow, "leaf">, others: OtherDocuments = {}): Promise<Replayed> {
    try {
      const { input: recordedInput, decision } = readDecision(leaf);
      const input = { ...recordedInput, documents: { ...recordedInput.documents, ...others } };
      const engine = await this.#engine(input.documents.engine);
      const [policy, catalogue, health] = await Promise.all([
        this.#documents.read(input.documents.policy),
        this.#documents.read(input.documents.catalogue),
        this.#documents.read(input.documents.health),
      ]);
      const replayed = engine.decide(input, { policy, catalogue, health });
      const identical = canonicalText(decision) === canonicalText(replayed);
      return { ok: true, recorded: decision, replayed, differences: identical ? [] : differences(decision, replayed) };
    } catch (error) {
      return { ok: false, error: SignalboxError.from(error).message };
    }
  }

  async #engine(digest: string): Promise<Engine> {
    const engine = this.#engines.get(digest) ?? loadEngine(await this.#documents.read(digest));
    this.#engines.delete(digest);
    this.#engines.set(digest, engine);
    if (this.#engines.size > ENGINES_MAX) this.#engines.delete(this.#engines.keys().next().value as string);
    return engine;
  }
}

/** Replayed with any number: an engine that makes a float is to be shown as a difference, not as an error. */
function canonicalText(decision: unknown): string {
  return canonicalize(decision, { numbers: "any" });
}

function readDecision(leaf: Buffer): DecisionEvent {
  const payload = parseEnvelope(leaf)?.payload;
  if (payload === undefined) throw new SignalboxError("internal", "The leaf is not an envelope.");
  return JSON.parse(Buffer.from(payload).toString("utf8")) as DecisionEvent;
}
