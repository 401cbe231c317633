import { prepareDocuments } from "@signalbox/decision";
import { effectivePolicy } from "@signalbox/policy/policy-files";
import { PolicyDocument, type Catalogue, type DecisionInput, type HealthSnapshot } from "@signalbox/proto";
import type { Command } from "commander";
import { alsoNamed } from "../also-named.ts";
import { does, type Cli } from "../command-context.ts";
import { EXIT } from "../failure.ts";
import { pointInTime, wholeNumber } from "../option-values.ts";
import { comparePolicies, type BothPrepared } from "./compare-policies.ts";
import { documentSource, type DocumentSource } from "./document-source.ts";
import { formatComparison } from "./format-comparison.ts";
import { policyFilesAt, versionOf } from "./policy-files-at.ts";
import { recentDecisions } from "./recent-decisions.ts";
import { sendPolicyCommand } from "./send-policy-command.ts";

const LIMIT_MAX = 100_000;

export function addPolicyDiff(policy: Command, cli: Cli): void {
  const diff = policy
    .command("diff")
    .argument("<path>", "a YAML file, or a folder whose YAML files make one policy together")
    .option("--limit <n>", "how many recorded decisions, newest first", wholeNumber(1, LIMIT_MAX), 500)
    .option("--from <time>", "not older than 15m, 2h, 7d, or an ISO date", pointInTime)
    .addOption(alsoNamed("since", "from", pointInTime))
    .description("Shows what a policy would change on recorded decisions, before it is applied.")
    .addHelpText(
      "after",
      "\nEach recorded request is decided twice by today's engine, over the catalogue and the health that it was decided\n" +
        "over: by the policy in force and by this one. Tags and signals that no policy had named when a request came in\n" +
        "were not recorded, so rules about them see none.\n\n" +
        "Examples:\n  npm run -s signalbox -- policy diff policies/ --from 1d",
    );
  does<{ limit: number; from?: number }>(diff, cli, async ({ connect, options, print, terminal }, path = "") => {
    const version = versionOf(await policyFilesAt(path));
    const { api, connection } = connect();
    const shown = await sendPolicyCommand(connection, { kind: "show" }, "shown");
    const before = PolicyDocument.parse(JSON.parse(shown.document));
    const after = effectivePolicy(PolicyDocument.parse(JSON.parse(shown.base)), version);
    using source = documentSource(connection);
    const events = recentDecisions(api, { limit: options.limit, fromMs: options.from });
    terminal.progress("deciding anew");
    const comparison = await comparePolicies(events, prepareBoth(source, before, after));
    const { cost, ...rest } = comparison;
    const exact = { requests: cost.requests, beforePicoUsd: String(cost.before), afterPicoUsd: String(cost.after) };
    print({ ...rest, cost: exact }, () => formatComparison(comparison));
    return EXIT.ok;
  });
}

/** Rules are compiled once for each catalogue: of health there is a new snapshot every second. */
function prepareBoth(
  source: DocumentSource,
  before: PolicyDocument,
  after: PolicyDocument,
): (documents: DecisionInput["documents"]) => Promise<BothPrepared> {
  const byCatalogue = new Map<string, BothPrepared>();
  let last: { key: string; prepared: BothPrepared } | undefined;
  return async ({ catalogue: catalogueDigest, health: healthDigest }) => {
    const key = `${catalogueDigest} ${healthDigest}`;
    if (last?.key === key) return last.prepared;
    const catalogue = (await source.read(catalogueDigest)) as Catalogue;
    const health = (await source.read(healthDigest)) as HealthSnapshot;
    const known = byCatalogue.get(catalogueDigest);
    const prepared = {
      before: prepareDocuments({ policy: before, catalogue, health }, known?.before.compiled),
      after: prepareDocuments({ policy: after, catalogue, health }, known?.after.compiled),
    };
    byCatalogue.set(catalogueDigest, prepared);
    last = { key, prepared };
    return prepared;
  };
}
