import { plainInput } from "@signalbox/decision";
import type { Engine, Logger } from "@signalbox/kit";
import { PolicyDocument, PolicyVersion } from "@signalbox/proto";
import { canonicalize } from "@signalbox/tlog";
import type { Kysely } from "kysely";
import type { DecisionDocuments } from "./decision-documents.ts";
import { type Database, keepDocument, type KeptDocument } from "./kept-documents.ts";
import { policyActivations } from "./metrics.ts";
import { effectivePolicy } from "./policy-files/effective-policy.ts";
import { activate, documentText, latestActivation, type NewActivation } from "./policy-store.ts";

/** The policy to start with: the version in force over the configuration as it is now. */
export async function policyAtStart(
  db: Kysely<Database>,
  base: PolicyDocument,
): Promise<{ policy: PolicyDocument; version: string | null }> {
  const latest = await latestActivation(db);
  if (latest === null || latest.version === null) return { policy: base, version: null };
  const text = await documentText(db, latest.version);
  if (text === null) throw new Error(`the policy's version ${latest.version} is missing`);
  return { policy: effectivePolicy(base, PolicyVersion.parse(JSON.parse(text))), version: latest.version };
}

/** The policy that this instance decides by, and how it comes to another one. */
export class PolicyInForce {
  readonly #db: Kysely<Database>;
  readonly #documents: DecisionDocuments;
  readonly #engine: Engine;
  readonly #log: Logger;
  #seq = 0;
  #loading: Promise<void> = Promise.resolve();
  #waiting = false;

  constructor(options: { db: Kysely<Database>; documents: DecisionDocuments; engine: Engine; log: Logger }) {
    this.#db = options.db;
    this.#documents = options.documents;
    this.#engine = options.engine;
    this.#log = options.log;
  }

  /**
   * Writes it down when the configuration has changed beneath the version since the last activation, and resolves with
   * that; null when it has not, or another instance has written it down.
   */
  async recordBase(version: string | null): Promise<NewActivation | null> {
    const document = this.#documents.names.policy;
    const latest = await latestActivation(this.#db);
    if (latest === null) return null;
    // Another instance was faster with another version, which is read like any other.
    if (latest.version !== version) {
      await this.refresh();
      return null;
    }
    const next = { action: "base", actor: "configuration", version, document, otherwise: document } as const;
    const activation = latest.document === document ? null : await activate(this.#db, next);
    this.#seq = activation?.seq ?? latest.seq;
    return activation;
  }

  /**
   * Keeps the policy, and the version that it comes from, and writes down that it is in force. null: it was already.
   * Throws when the engine cannot use it; then nothing has changed.
   */
  async put(
    policy: PolicyDocument,
    source: { version: PolicyVersion | null; action: "apply" | "rollback"; actor: string },
  ): Promise<{ activation: NewActivation | null; version: string | null; document: string }> {
    const { action, actor } = source;
    const text = canonicalize(policy);
    const kept = await keepDocument(this.#db, { kind: "policy", text });
    this.#tryOut(kept);
    const version =
      source.version === null
        ? null
        : (await keepDocument(this.#db, { kind: "policy-version", text: canonicalize(source.version) })).digest;
    const otherwise = this.#documents.names.policy;
    const activation = await activate(this.#db, { action, actor, version, document: kept.digest, otherwise });
    if (activation !== null) await this.refresh();
    return { activation, version, document: kept.digest };
  }

  /** Puts the latest activation in force, when this instance has not yet. Calls that wait for the same look share it. */
  refresh(): Promise<void> {
    if (this.#waiting) return this.#loading;
    this.#waiting = true;
    this.#loading = this.#loading.then(() => {
      this.#waiting = false;
      return this.#load();
    });
    return this.#loading;
  }

  /** Resolves when nothing is being put in force. */
  idle(): Promise<void> {
    return this.#loading;
  }

  async #load(): Promise<void> {
    try {
      const latest = await latestActivation(this.#db);
      if (latest === null || latest.seq <= this.#seq) return;
      const text = await documentText(this.#db, latest.document);
      if (text === null) throw new Error(`the policy ${latest.document} is missing`);
      const policy = PolicyDocument.parse(JSON.parse(text));
      const kept = { digest: latest.document, text };
      this.#tryOut(kept);
      this.#documents.replacePolicy(policy, kept);
      this.#seq = latest.seq;
      policyActivations.inc();
      this.#log.info({ policy: latest.document, seq: latest.seq, action: latest.action }, "the policy is in force");
    } catch (error) {
      this.#log.error({ err: error }, "the latest policy cannot be put in force; the last one stays");
    }
  }

  /** One decision that nobody asked for: it shows that the engine takes the policy, and prepares it before a request must wait. */
  #tryOut({ digest, text }: KeptDocument): void {
    const documents = { ...this.#documents.names, policy: digest };
    this.#engine.decide({ ...plainInput({}), documents }, { ...this.#documents.texts, policy: text });
  }
}
