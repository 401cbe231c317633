import { type Bus, decodeJson, type Logger } from "@signalbox/kit";
import type { AdminOutbox } from "@signalbox/kit/admin-outbox";
import {
  POLICY_CONTROL_SUBJECT,
  POLICY_NOTICE_SUBJECT,
  PolicyCommand,
  PolicyVersion,
  type Catalogue,
  type PolicyAnswer,
  type PolicyDocument,
  type PolicyNotice,
  type PolicyProblem,
} from "@signalbox/proto";
import { canonicalize, sha256Digest } from "@signalbox/tlog";
import type { Kysely } from "kysely";
import type { DecisionDocuments } from "./decision-documents.ts";
import type { Database } from "./stored-documents.ts";
import { policyRefusals } from "./metrics.ts";
import { proveFiles, proveVersion, type ProvenPolicy } from "./policy-files/prove-policy.ts";
import type { PolicyInForce } from "./policy-in-force.ts";
import { activations, documentText, storedPolicy, recordRefusal, refusals } from "./policy-store.ts";
import { rollbackTarget } from "./rollback-target.ts";

/** As far back as a rollback looks for a version. */
const ROLLBACK_SEARCH_MAX = 500;

type PolicyControlOptions = {
  readonly bus: Bus;
  readonly outbox: AdminOutbox;
  readonly db: Kysely<Database>;
  readonly log: Logger;
  readonly documents: DecisionDocuments;
  readonly inForce: PolicyInForce;
  /** What the configuration alone makes. */
  readonly base: PolicyDocument;
};

/** Carries out an operator's commands, one after the other. Disposing waits for the one under way. */
export function listenPolicyControl(options: PolicyControlOptions): AsyncDisposable {
  const { bus, log } = options;
  const subscription = bus.connection.subscribe(POLICY_CONTROL_SUBJECT, { queue: "policy" });
  const working = (async () => {
    for await (const message of subscription) {
      respond(message, await answerOf(message.data, options));
    }
  })().catch((error: unknown) => log.error({ err: error }, "policy commands are not answered any more"));
  return {
    async [Symbol.asyncDispose]() {
      if (!bus.connection.isClosed()) await subscription.drain();
      await working;
    },
  };
}

/** What is too large for one message must not end the service's answers to all that come after it. */
function respond(message: { respond(data: string): boolean }, answer: PolicyAnswer): void {
  try {
    message.respond(JSON.stringify(answer));
  } catch {
    message.respond(
      JSON.stringify(failed("unprocessable", "The answer is too large to be sent; ask for less at once.")),
    );
  }
}

async function answerOf(data: Uint8Array, options: PolicyControlOptions): Promise<PolicyAnswer> {
  const { log } = options;
  try {
    const command = PolicyCommand.safeParse(decodeJson(data)).data;
    if (command === undefined) return failed("unprocessable", "The command does not fit its contract.");
    return await carryOut(command, options);
  } catch (error) {
    log.error({ err: error }, "a policy command failed");
    return { kind: "failed", message: "The policy service could not carry out the command; its log says why." };
  }
}

async function carryOut(command: PolicyCommand, options: PolicyControlOptions): Promise<PolicyAnswer> {
  const { db, documents, base } = options;
  switch (command.kind) {
    case "check":
      return checked(proveFiles(command.files, over(options)));
    case "apply": {
      const proven = proveFiles(command.files, over(options));
      return putInForce(proven, { action: "apply", actor: command.actor }, options);
    }
    case "rollback":
      return rollBack(command, options);
    case "history":
      return {
        kind: "history",
        activations: await activations(db, command.limit),
        refusals: await refusals(db, command.limit),
      };
    case "read": {
      const kept = await storedPolicy(db, command.digest);
      return kept === null ? failed("not-found", "There is no policy of this digest.") : { kind: "read", ...kept };
    }
    default: {
      const { names, texts } = documents;
      return { kind: "shown", digest: names.policy, document: texts.policy, base: canonicalize(base) };
    }
  }
}

function over({
  base,
  documents,
}: PolicyControlOptions): Pick<PolicyControlOptions, "base"> & { catalogue: Catalogue } {
  return { base, catalogue: documents.catalogue };
}

function checked(proven: ProvenPolicy): PolicyAnswer {
  const { warnings, problems, rules, tests } = proven;
  const isProven = proven.kind === "proven";
  return {
    kind: "checked",
    problems: [...problems],
    warnings: [...warnings],
    rules,
    tests,
    version: isProven ? sha256Digest(canonicalize(proven.version)) : null,
    document: isProven ? canonicalize(proven.policy) : null,
  };
}

async function putInForce(
  proven: ProvenPolicy,
  source: { action: "apply" | "rollback"; actor: string },
  options: PolicyControlOptions,
): Promise<PolicyAnswer> {
  if (proven.kind === "wrong") return refuse(proven.problems, source.actor, options);
  const { policy, version, warnings } = proven;
  return activated(await options.inForce.put(policy, { ...source, version }), warnings, options);
}

async function rollBack(
  { to, actor }: { to: string | null; actor: string },
  options: PolicyControlOptions,
): Promise<PolicyAnswer> {
  const { db, base, inForce } = options;
  const target = rollbackTarget(await activations(db, ROLLBACK_SEARCH_MAX), to);
  if (target.kind === "none") return failed(target.code, target.message);
  const source = { action: "rollback", actor } as const;
  if (target.version === null) return activated(await inForce.put(base, { ...source, version: null }), [], options);
  const text = await documentText(db, target.version);
  if (text === null) throw new Error(`the version ${target.version} is missing`);
  const version = PolicyVersion.parse(JSON.parse(text));
  // The catalogue may have changed since, so a version that comes back proves itself again.
  return putInForce(proveVersion({ version }, over(options)), source, options);
}

async function activated(
  { activated: made, version, document }: Awaited<ReturnType<PolicyInForce["put"]>>,
  warnings: readonly string[],
  options: PolicyControlOptions,
): Promise<PolicyAnswer> {
  const answer = { kind: "activated", changed: made !== null, version, document } as const;
  if (made === null) return { ...answer, warnings: [...warnings] };
  const { base: _base, ...told } = made.activation;
  notify({ kind: "activated", activation: told }, options);
  const isRecorded = await options.outbox.send(made.noted);
  const late = isRecorded ? [] : ["The register could not take the record of this activation yet."];
  return { ...answer, warnings: [...warnings, ...late] };
}

/** Nothing changes, and whoever follows the policy hears of it. */
async function refuse(
  problems: readonly PolicyProblem[],
  actor: string,
  options: PolicyControlOptions,
): Promise<PolicyAnswer> {
  const { db, log } = options;
  policyRefusals.inc();
  log.warn(
    { actor, problems: problems.length, first: problems[0] },
    "a policy was refused; the last one stays in force",
  );
  await recordRefusal(db, { actor, problems });
  notify({ kind: "refused", refusal: { atMs: Date.now(), actor, problems: [...problems] } }, options);
  return { kind: "refused", problems: [...problems] };
}

function failed(code: "not-found" | "unprocessable", message: string): PolicyAnswer {
  return { kind: "failed", code, message };
}

function notify(notice: PolicyNotice, { bus }: PolicyControlOptions): void {
  bus.connection.publish(POLICY_NOTICE_SUBJECT, JSON.stringify(notice));
}
