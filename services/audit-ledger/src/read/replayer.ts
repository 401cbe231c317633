import { loadEngine, type Engine } from "@signalbox/kit";
import { type DecisionEvent, SignalboxError } from "@signalbox/proto";
import type { LedgerReplayResult } from "@signalbox/proto/grpc/ledger";
import { canonicalize, parseEnvelope } from "@signalbox/tlog";
import { differences } from "./differences.ts";
import type { DocumentCache } from "./document-cache.ts";
import type { LeafRow } from "./leaf-rows.ts";

/** Engines kept loaded; each is a context of its own with its documents parsed in it. */
const ENGINES_MAX = 4;

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
    const result = { decisionId: row.decision_id ?? "", index: BigInt(row.idx), identical: false, differences: [] };
    try {
      const { input, decision } = readDecision(row.leaf);
      const engine = await this.#engine(input.documents.engine);
      const [policy, catalogue, health] = await Promise.all([
        this.#documents.read(input.documents.policy),
        this.#documents.read(input.documents.catalogue),
        this.#documents.read(input.documents.health),
      ]);
      const replayed = engine.decide(input, { policy, catalogue, health });
      const identical = canonicalText(decision) === canonicalText(replayed);
      return { ...result, identical, differences: differences(decision, replayed), error: "" };
    } catch (error) {
      return { ...result, error: SignalboxError.from(error).message };
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
