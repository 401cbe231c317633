import type { EngineDocuments } from "@signalbox/kit";
import type { Catalogue, DecisionInput, HealthSnapshot, PolicyDocument } from "@signalbox/proto";
import { canonicalize } from "@signalbox/tlog";
import type { Kysely } from "kysely";
import { EndpointView } from "./endpoint-view.ts";
import { NOTHING_KNOWN } from "./health-snapshot.ts";
import { type Database, keepDocument, type StoredDocument } from "./stored-documents.ts";

/** A policy with what every decision asks of its rules, looked up once. */
type PolicyInForce = {
  readonly document: PolicyDocument;
  readonly hasThrottles: boolean;
  readonly hasResidency: boolean;
};

/** The documents that decisions name at present. All are committed to the database; all but the engine may be replaced. */
export class DecisionDocuments {
  readonly #db: Kysely<Database>;
  #names: DecisionInput["documents"];
  #texts: EngineDocuments;
  #health = NOTHING_KNOWN;
  #policy: PolicyInForce;
  #catalogue: Catalogue;
  #view: EndpointView;

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
    this.#policy = policyInForce(options.policy);
    this.#catalogue = options.catalogue;
    this.#view = new EndpointView(options.catalogue);
  }

  /** Keeps the four documents and resolves once they are committed, with nothing known of the endpoints' health. */
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
    return this.#policy.document;
  }

  /** Whether any rule throttles. */
  get hasThrottles(): boolean {
    return this.#policy.hasThrottles;
  }

  /** Whether any rule requires a region, zero retention or no training. */
  get hasResidency(): boolean {
    return this.#policy.hasResidency;
  }

  get catalogue(): Catalogue {
    return this.#catalogue;
  }

  get health(): HealthSnapshot {
    return this.#health;
  }

  /** The endpoints of the catalogue in force. */
  get view(): EndpointView {
    return this.#view;
  }

  /** Puts a catalogue in force from the next decision on. It must be committed under the digest. */
  replaceCatalogue(catalogue: Catalogue, kept: StoredDocument): void {
    this.#names = { ...this.#names, catalogue: kept.digest };
    this.#texts = { ...this.#texts, catalogue: kept.text };
    this.#catalogue = catalogue;
    this.#view = new EndpointView(catalogue);
  }

  /** Puts a policy in force from the next decision on. It must be committed under the digest. */
  replacePolicy(policy: PolicyDocument, kept: StoredDocument): void {
    this.#names = { ...this.#names, policy: kept.digest };
    this.#texts = { ...this.#texts, policy: kept.text };
    this.#policy = policyInForce(policy);
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

function policyInForce(document: PolicyDocument): PolicyInForce {
  const effects = document.rules.map((rule) => rule.effects);
  return {
    document,
    hasThrottles: effects.some(({ throttle }) => throttle !== undefined),
    hasResidency: effects.some(({ require }) => {
      if (require === undefined) return false;
      return require.regions !== undefined || require.zeroRetention === true || require.noTraining === true;
    }),
  };
}
