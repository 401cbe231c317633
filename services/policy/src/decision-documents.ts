import type { EngineDocuments } from "@signalbox/kit";
import type { Catalogue, DecisionInput, HealthSnapshot, PlanEndpoint, PolicyDocument } from "@signalbox/proto";
import { canonicalize } from "@signalbox/tlog";
import type { Kysely } from "kysely";
import { NOTHING_KNOWN } from "./health-snapshot.ts";
import { type Database, keepDocument, type KeptDocument } from "./kept-documents.ts";

/** The documents that decisions name now. All of them are committed; the health snapshot and the policy are replaced. */
export class DecisionDocuments {
  readonly #db: Kysely<Database>;
  #names: DecisionInput["documents"];
  #texts: EngineDocuments;
  #health = NOTHING_KNOWN;
  #policy: PolicyDocument;
  readonly #catalogue: Catalogue;
  readonly #ids: readonly string[];
  readonly #endpoints: ReadonlyMap<string, PlanEndpoint>;

  private constructor(options: {
    db: Kysely<Database>;
    names: DecisionInput["documents"];
    texts: EngineDocuments;
    policy: PolicyDocument;
    catalogue: Catalogue;
  }) {
    this.#db = options.db;
    this.#names = options.names;
    this.#texts = options.texts;
    this.#policy = options.policy;
    this.#catalogue = options.catalogue;
    this.#ids = options.catalogue.endpoints.map(({ id }) => id);
    this.#endpoints = new Map(
      options.catalogue.endpoints.map(({ id, provider, model, dialect, price }) => [
        id,
        { endpoint: id, provider, upstreamModel: model, dialect, price },
      ]),
    );
  }

  static async keep(
    db: Kysely<Database>,
    sources: { engine: string; policy: PolicyDocument; catalogue: Catalogue },
  ): Promise<DecisionDocuments> {
    const engine = await keepDocument(db, { kind: "engine", text: sources.engine });
    const policy = await keepDocument(db, { kind: "policy", text: canonicalize(sources.policy) });
    const catalogue = await keepDocument(db, { kind: "catalogue", text: canonicalize(sources.catalogue) });
    const health = await keepDocument(db, { kind: "health", text: canonicalize(NOTHING_KNOWN) });
    return new DecisionDocuments({
      db,
      names: {
        engine: engine.digest,
        policy: policy.digest,
        catalogue: catalogue.digest,
        health: health.digest,
      },
      texts: { policy: policy.text, catalogue: catalogue.text, health: health.text },
      policy: sources.policy,
      catalogue: sources.catalogue,
    });
  }

  get names(): DecisionInput["documents"] {
    return this.#names;
  }

  get texts(): EngineDocuments {
    return this.#texts;
  }

  get policy(): PolicyDocument {
    return this.#policy;
  }

  get catalogue(): Catalogue {
    return this.#catalogue;
  }

  get health(): HealthSnapshot {
    return this.#health;
  }

  /** The id of the endpoint that stands at an index of the catalogue. */
  idAt(index: number): string | undefined {
    return this.#ids[index];
  }

  /** What the dispatcher must know of an endpoint of the catalogue. */
  endpoint(id: string): PlanEndpoint | undefined {
    return this.#endpoints.get(id);
  }

  /** Puts a policy in force from the next decision on. It must be committed under the digest. */
  replacePolicy(policy: PolicyDocument, kept: KeptDocument): void {
    this.#names = { ...this.#names, policy: kept.digest };
    this.#texts = { ...this.#texts, policy: kept.text };
    this.#policy = policy;
  }

  /** Puts a snapshot in force once it is committed; an unchanged one costs nothing. */
  async replaceHealth(health: HealthSnapshot): Promise<void> {
    const text = canonicalize(health);
    if (text === this.#texts.health) return;
    const { digest } = await keepDocument(this.#db, { kind: "health", text });
    this.#names = { ...this.#names, health: digest };
    this.#texts = { ...this.#texts, health: text };
    this.#health = health;
  }
}
