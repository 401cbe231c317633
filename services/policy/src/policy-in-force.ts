import { plainInput } from "@signalbox/decision";
import type { Engine, Logger } from "@signalbox/kit";
import type { AdminOutbox } from "@signalbox/kit/admin-outbox";
import { PolicyDocument, PolicyVersion } from "@signalbox/proto";
import { canonicalize } from "@signalbox/tlog";
import type { Kysely } from "kysely";
import type { DecisionDocuments } from "./decision-documents.ts";
import { type Database, keepDocument, type StoredDocument } from "./stored-documents.ts";
import { policyActivations } from "./metrics.ts";
import { effectivePolicy } from "./policy-files/effective-policy.ts";
import { activationEventOf } from "./activation-event.ts";
import { activate, documentText, latestActivation, type NewActivation, type NextActivation } from "./policy-store.ts";

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

/** With what the outbox sends. */
type Activated = { readonly activation: NewActivation; readonly noted: string };

/** The policy that this instance decides by, and how it comes to another one. */
export class PolicyInForce {
  readonly #db: Kysely<Database>;
  readonly #documents: DecisionDocuments;
  readonly #engine: Engine;
  readonly #outbox: AdminOutbox;
  readonly #log: Logger;
  #seq = 0;
  #loading: Promise<void> = Promise.resolve();
  #waiting = false;

  constructor(options: {
    db: Kysely<Database>;
    documents: DecisionDocuments;
    engine: Engine;
    outbox: AdminOutbox;
    log: Logger;
  }) {
    this.#db = options.db;
    this.#documents = options.documents;
    this.#engine = options.engine;
    this.#outbox = options.outbox;
    this.#log = options.log;
  }

  /**
   * Writes it down when the configuration has changed beneath the version since the last activation, unless another
   * instance has written it down. No start waits for the register.
   */
  async recordBase(version: string | null): Promise<void> {
    const document = this.#documents.names.policy;
    const latest = await latestActivation(this.#db);
    if (latest === null) return;
    // Another instance was faster with another version, which is read like any other.
    if (latest.version !== version) {
      await this.refresh();
      return;
    }
    const next = { action: "base", actor: "configuration", version, document, otherwise: document } as const;
    const activated = latest.document === document ? null : await this.#activate(next);
    this.#seq = activated?.activation.seq ?? latest.seq;
    if (activated !== null) void this.#outbox.send(activated.noted);
  }

  /**
   * Keeps the policy, and the version that it comes from, and writes down that it is in force. null: it was already.
   * `noted` is for the outbox. Throws when the engine cannot use it; then nothing has changed.
   */
  async put(
    policy: PolicyDocument,
    source: { version: PolicyVersion | null; action: "apply" | "rollback"; actor: string },
  ): Promise<{ activated: Activated | null; version: string | null; document: string }> {
    const { action, actor } = source;
    const text = canonicalize(policy);
    const kept = await keepDocument(this.#db, { kind: "policy", text });
    this.#tryOut(kept);
    const version =
      source.version === null
        ? null
        : (await keepDocument(this.#db, { kind: "policy-version", text: canonicalize(source.version) })).digest;
    const otherwise = this.#documents.names.policy;
    const activated = await this.#activate({ action, actor, version, document: kept.digest, otherwise });
    if (activated !== null) await this.refresh();
    return { activated, version, document: kept.digest };
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

  async #activate(next: NextActivation): Promise<Activated | null> {
    let noted = "";
    const activation = await activate(this.#db, next, async (transaction, made) => {
      noted = await this.#outbox.add(transaction, activationEventOf(made));
    });
    return activation === null ? null : { activation, noted };
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

  /**
   * One decision that nobody asked for: it shows that the engine takes the policy, and prepares it before a request
   * must wait.
   */
  #tryOut({ digest, text }: StoredDocument): void {
    const documents = { ...this.#documents.names, policy: digest };
    this.#engine.decide({ ...plainInput({}), documents }, { ...this.#documents.texts, policy: text });
  }
}
