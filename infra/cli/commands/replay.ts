import type { ReplayJob } from "@signalbox/proto";
import type { Command } from "commander";
import { z } from "zod";
import type { ApiClient } from "../api-client.ts";
import { does, type Cli, type CommandContext } from "../command-context.ts";
import { EXIT, exitCodeOf, failure, type ExitCode } from "../failure.ts";
import { formatJson } from "../format/json.ts";
import { formatPicoUsd } from "../format/money.ts";
import { formatTable } from "../format/table.ts";
import { pointInTime, wholeNumber } from "../option-values.ts";
import { replayRange } from "../replay-range.ts";

/** Mismatches and errors are told one by one up to here; the share covers all. */
const SHOWN_MAX = 20;

const Replay = z.looseObject({
  identical: z.boolean(),
  differences: z.array(z.looseObject({ path: z.string(), recorded: z.unknown(), replayed: z.unknown() })),
});
type Replay = z.infer<typeof Replay>;

type Result = { decisionId: string } & (
  | { kind: "replayed"; identical: boolean; differences: Replay["differences"] }
  | { kind: "error"; error: string }
);

type ReplayOptions = {
  all?: boolean;
  from?: number;
  to?: number;
  fromIndex?: number;
  toIndex?: number;
  diff?: boolean;
  policy?: string;
};

export function addReplay(program: Command, cli: Cli): void {
  const replay = program
    .command("replay")
    .argument("[id]", "a decision's id")
    .option("--all", "every decision")
    .option("--from <time>", "decisions not older than 15m, 2h, 7d, or an ISO date", pointInTime)
    .option("--to <time>", "decisions older than", pointInTime)
    .option("--from-index <index>", "decisions from this leaf on", wholeNumber(0))
    .option("--to-index <index>", "decisions before this leaf", wholeNumber(0))
    .option("--diff", "decides by the present engine, to see what would change")
    .option("--policy <digest>", "with --diff: by this policy")
    .description(
      "Runs recorded decisions again, with the engine and documents that they name, and compares byte for byte.",
    )
    .addHelpText(
      "after",
      "\nA range is replayed by the line itself; Ctrl-C cancels it.\n" +
        "Exits with 1 when a decision differs or cannot be replayed; with --diff, when one cannot be.\n\nExamples:\n" +
        "  npm run -s signalbox -- replay 0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e\n" +
        "  npm run -s signalbox -- replay --from 2h\n" +
        "  npm run -s signalbox -- replay --all --diff --policy sha256:…",
    );
  does<ReplayOptions>(replay, cli, async (context, id) => {
    const { api } = checked(context, id);
    return id === undefined ? await replayAll(context, api) : report(context, [await replayOne(api, id)]);
  });
}

function checked({ options, connect }: CommandContext<ReplayOptions>, id: string | undefined): { api: ApiClient } {
  const { all, from, to, fromIndex, toIndex, diff, policy } = options;
  const isRange = all === true || [from, to, fromIndex, toIndex].some((bound) => bound !== undefined);
  if ((id === undefined) !== isRange) {
    throw failure(
      "invalid-request",
      "Name one decision, or give a range or --all.",
      "See `replay --help` for examples.",
    );
  }
  if (diff === true && id !== undefined) {
    throw failure("invalid-request", "--diff is for a range.", "See `replay --help` for examples.");
  }
  if (policy !== undefined && diff !== true) {
    throw failure("invalid-request", "--policy is for --diff.", "See `replay --help` for examples.");
  }
  return connect();
}

async function replayAll(context: CommandContext<ReplayOptions>, api: ApiClient): Promise<ExitCode> {
  const { options, terminal, print } = context;
  const job = await replayRange(api, {
    order: {
      kind: options.diff === true ? "diff" : "verify",
      from: options.from,
      to: options.to,
      from_index: options.fromIndex,
      to_index: options.toIndex,
      policy: options.policy,
    },
    stop: terminal.stop,
    onProgress: ({ replayed, different }) => terminal.progress(`replayed ${replayed}, ${different} of them differ`),
  });
  print(job, () => [...summaryOf(job), ...describe(listedOf(job))].join("\n"));
  if (job.state !== "completed") return EXIT.failed;
  return job.failed === 0 && (job.order.kind === "diff" || job.different === 0) ? EXIT.ok : EXIT.failed;
}

function summaryOf(job: ReplayJob): string[] {
  const { replayed, identical, changes } = job;
  const lines = [`${identical} of ${replayed} identical${shareOf(identical, replayed)}`];
  if (job.state !== "completed") lines.push(`${job.state}${job.error === null ? "" : `: ${job.error}`}`);
  if (changes === null) return lines;
  lines.push(
    `refusals gained ${changes.refusalsGained}, lost ${changes.refusalsLost}; ` +
      `estimated cost ${changes.costDeltaPicoUsd.startsWith("-") ? "−" : "+"}` +
      formatPicoUsd(changes.costDeltaPicoUsd.replace("-", "")),
  );
  if (changes.moves.length === 0) return lines;
  const rows = changes.moves.slice(0, SHOWN_MAX).map(({ from, to, count }) => [from, to, String(count)]);
  return [...lines, formatTable([{ title: "FROM" }, { title: "TO" }, { title: "DECISIONS" }], rows)];
}

function listedOf({ differing, failures, order }: ReplayJob): Result[] {
  const different = order.kind === "diff" ? [] : differing;
  return [
    ...different.map(({ decisionId, differences }): Result => {
      return { decisionId, kind: "replayed", identical: false, differences: differences as Replay["differences"] };
    }),
    ...failures.map(({ decisionId, error }): Result => ({ decisionId, kind: "error", error })),
  ];
}

async function replayOne(api: ApiClient, decisionId: string): Promise<Result> {
  const path = `/v1/decisions/${encodeURIComponent(decisionId)}/replay`;
  try {
    const { identical, differences } = await api.call(Replay, { method: "POST", path });
    return { decisionId, kind: "replayed", identical, differences };
  } catch (error) {
    if (exitCodeOf(error) !== EXIT.failed) throw error;
    return { decisionId, kind: "error", error: (error as Error).message };
  }
}

function differs(result: Result): boolean {
  return result.kind === "error" || !result.identical;
}

function report({ print }: CommandContext<ReplayOptions>, results: readonly Result[]): ExitCode {
  const bad = results.filter(differs);
  const identical = results.length - bad.length;
  print({ replayed: results.length, identical, different: bad }, () =>
    [`${identical} of ${results.length} identical${shareOf(identical, results.length)}`, ...describe(bad)].join("\n"),
  );
  return bad.length === 0 ? EXIT.ok : EXIT.failed;
}

function shareOf(part: number, whole: number): string {
  if (whole === 0) return "";
  // Rounded down, so that 100 % is only ever all of them.
  return ` (${Math.floor((part / whole) * 10_000) / 100} %)`;
}

function describe(bad: readonly Result[]): string[] {
  const lines = bad
    .slice(0, SHOWN_MAX)
    .flatMap((result) =>
      result.kind === "error"
        ? [`${result.decisionId}  cannot be replayed: ${result.error}`]
        : [
            `${result.decisionId}  differs`,
            ...result.differences.map(
              ({ path, recorded, replayed }) =>
                `  ${path || "/"}: recorded ${formatJson(recorded)}, replayed ${formatJson(replayed)}`,
            ),
          ],
    );
  return bad.length > SHOWN_MAX ? [...lines, `… and ${bad.length - SHOWN_MAX} more; --json lists all`] : lines;
}
