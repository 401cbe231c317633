import { writeFile } from "node:fs/promises";
import { REWARDS, type ReplayJob } from "@signalbox/proto";
import { Option, type Command } from "commander";
import { alsoNamed } from "../also-named.ts";
import type { ApiClient } from "../api-client.ts";
import { does, type Cli, type CommandContext } from "../command-context.ts";
import { EXIT, failure, type ExitCode } from "../failure.ts";
import { pointInTime, wholeNumber } from "../option-values.ts";
import { chartOf } from "../replay/chart.ts";
import { classifyAgain, describe, differs, replayOne, type Replay, type Result } from "../replay/one-decision.ts";
import { shareOf, summaryOf } from "../replay/summary.ts";
import { replayRange } from "../replay-range.ts";

type ReplayOptions = {
  all?: boolean;
  classify?: boolean;
  from?: number;
  to?: number;
  fromIndex?: number;
  toIndex?: number;
  diff?: boolean;
  evaluate?: (typeof REWARDS)[number];
  policy?: string;
  catalogue?: string;
  prices?: string;
  classifier?: string;
  minEffectiveSize?: number;
  seed?: number;
  chart?: string;
};

export function addReplay(program: Command, cli: Cli): void {
  const replay = program
    .command("replay")
    .argument("[id]", "a decision's id")
    .option("--all", "every decision")
    .option("--classify", "classifies the request again too, where its content is retained")
    .option("--from <time>", "decisions not older than 15m, 2h, 7d, or an ISO date", pointInTime)
    .option("--to <time>", "decisions older than", pointInTime)
    .addOption(alsoNamed("since", "from", pointInTime))
    .addOption(alsoNamed("until", "to", pointInTime))
    .option("--from-index <index>", "decisions from this leaf on", wholeNumber(0))
    .option("--to-index <index>", "decisions before this leaf", wholeNumber(0))
    .option("--diff", "decides by the present engine, to see what would change")
    .addOption(
      new Option("--evaluate <reward>", "what another policy is worth, by what decisions earned").choices(REWARDS),
    )
    .option(
      "--policy <digest|file>",
      "with --diff or --evaluate: by this policy: YAML files as `policy apply` takes them, or a policy document in JSON",
    )
    .option("--catalogue <digest|file>", "the same: with the endpoints and prices of this catalogue document")
    .option("--prices <file>", "the same: with other prices; JSON of endpoint ids to prices as in the config file")
    .option(
      "--classifier <digest|file>",
      "the same: by these rules of a classifier, where requests' content is retained and can be classified again",
    )
    .option("--min-effective-size <n>", "with --evaluate: no number below this sample", wholeNumber(10, 1_000_000))
    .option("--seed <n>", "with --evaluate: of the resampling", wholeNumber(0, 0xffff_ffff))
    .option("--chart <file>", "with --diff: writes a picture of what changes (SVG)")
    .description(
      "Runs recorded decisions again, with the engine and documents that they name, and compares byte for byte.",
    )
    .addHelpText(
      "after",
      "\nA range is replayed by the line itself; Ctrl-C cancels it. An evaluation weighs what was decided by chance, as a\n" +
        "policy's splits and weights do: by IPS, SNIPS and doubly robust, with intervals of 95 %.\n" +
        "Exits with 1 when a decision differs or cannot be replayed; with --diff, when one cannot be; with --evaluate,\nwhen there is no number. Requests whose content is not retained are no failure of --classifier.\n\nExamples:\n" +
        "  npm run -s signalbox -- replay 0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e\n" +
        "  npm run -s signalbox -- replay --from 2h\n" +
        "  npm run -s signalbox -- replay --all --diff --policy sha256:… --chart diff.svg\n" +
        "  npm run -s signalbox -- replay --from 7d --diff --policy policies/\n" +
        "  npm run -s signalbox -- replay --from 7d --evaluate success --policy sha256:…",
    );
  does<ReplayOptions>(replay, cli, async (context, id) => {
    const { api } = checked(context, id);
    if (id === undefined) return replayAll(context, api);
    const found = context.options.classify === true ? [await classifyAgain(api, id)] : [];
    return report(context, [await replayOne(api, id), ...found]);
  });
}

function checked({ options, connect }: CommandContext<ReplayOptions>, id: string | undefined): { api: ApiClient } {
  const { all, from, to, fromIndex, toIndex, diff, evaluate, chart, classify } = options;
  const { policy, catalogue, prices, classifier } = options;
  const others = diff === true || evaluate !== undefined;
  const isRange = all === true || [from, to, fromIndex, toIndex].some((bound) => bound !== undefined);
  if ((id === undefined) !== isRange) {
    throw failure(
      "invalid-request",
      "Name one decision, or give a range or --all.",
      "See `replay --help` for examples.",
    );
  }
  const brings = [policy, catalogue, prices, classifier].some((each) => each !== undefined);
  const faults: [holds: boolean, problem: string][] = [
    [others && id !== undefined, "--diff and --evaluate are for a range."],
    [diff === true && evaluate !== undefined, "Give --diff or --evaluate."],
    [brings && !others, "--policy, --catalogue, --prices and --classifier are for --diff and --evaluate."],
    [chart !== undefined && diff !== true, "--chart is for --diff."],
    [classify === true && id === undefined, "--classify is for one decision."],
  ];
  const wrong = faults.find(([holds]) => holds)?.[1];
  if (wrong !== undefined) throw failure("invalid-request", wrong, "See `replay --help` for examples.");
  return connect();
}

async function replayAll(context: CommandContext<ReplayOptions>, api: ApiClient): Promise<ExitCode> {
  const { options, terminal, print, connect } = context;
  // Comes with the whole catalogue, which nothing else here needs.
  const { otherDocuments } = await import("../replay/other-documents.ts");
  const job = await replayRange(api, {
    order: {
      kind: kindOf(options),
      from: options.from,
      to: options.to,
      from_index: options.fromIndex,
      to_index: options.toIndex,
      ...(await otherDocuments({ api, home: connect().connection.home }, options)),
      reward: options.evaluate,
      min_effective_size: options.minEffectiveSize,
      seed: options.seed,
    },
    stop: terminal.stop,
    onProgress: ({ replayed, different }) => terminal.progress(`replayed ${replayed}, ${different} of them differ`),
  });
  print(job, () => [...summaryOf(job), ...describe(listedOf(job))].join("\n"));
  if (options.chart !== undefined) await writeFile(options.chart, chartOf(job));
  if (job.state !== "completed") return EXIT.failed;
  if (job.order.kind === "evaluate") return job.evaluation?.outcome.kind === "refused" ? EXIT.failed : EXIT.ok;
  return unexpectedOf(job) === 0 && (job.order.kind === "diff" || job.different === 0) ? EXIT.ok : EXIT.failed;
}

/** Failures that say more than that content is not retained, which mostly is so. */
function unexpectedOf({ failed, reclassified }: ReplayJob): number {
  return failed - (reclassified?.not.find(({ reason }) => reason === "not-retained")?.count ?? 0);
}

function kindOf({ diff, evaluate }: ReplayOptions): ReplayJob["order"]["kind"] {
  if (evaluate !== undefined) return "evaluate";
  return diff === true ? "diff" : "verify";
}

function listedOf({ differing, failures, order }: ReplayJob): Result[] {
  const different = order.kind === "verify" ? differing : [];
  return [
    ...different.map(({ decisionId, differences }): Result => {
      return { decisionId, kind: "replayed", identical: false, differences: differences as Replay["differences"] };
    }),
    ...failures.map(({ decisionId, error }): Result => ({ decisionId, kind: "error", error })),
  ];
}

function report({ print }: CommandContext<ReplayOptions>, results: readonly Result[]): ExitCode {
  const bad = results.filter(differs);
  const identical = results.length - bad.length;
  print({ replayed: results.length, identical, different: bad }, () =>
    [`${identical} of ${results.length} identical${shareOf(identical, results.length)}`, ...describe(bad)].join("\n"),
  );
  return bad.length === 0 ? EXIT.ok : EXIT.failed;
}
