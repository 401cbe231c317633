import type { Command } from "commander";
import { z } from "zod";
import type { ApiClient } from "../api-client.ts";
import { does, type Cli, type CommandContext } from "../command-context.ts";
import { EXIT, exitCodeOf, failure, type ExitCode } from "../failure.ts";
import { formatJson } from "../format/json.ts";
import { listDecisionIds } from "../list-decision-ids.ts";
import { pointInTime } from "../option-values.ts";

/** Replays in flight: the engine is one process's work, so more would only queue. */
const CONCURRENCY = 4;
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

type ReplayOptions = { all?: boolean; from?: number; to?: number };

export function addReplay(program: Command, cli: Cli): void {
  const replay = program
    .command("replay")
    .argument("[id]", "a decision's id")
    .option("--all", "every decision, newest first")
    .option("--from <time>", "with --all: not older than 15m, 2h, 7d, or an ISO date", pointInTime)
    .option("--to <time>", "with --all: older than", pointInTime)
    .description(
      "Runs recorded decisions again, with the engine and documents that they name, and compares byte for byte.",
    )
    .addHelpText(
      "after",
      "\nExits with 1 when a decision differs or cannot be replayed.\n\nExamples:\n" +
        "  npm run -s signalbox -- replay 0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e\n" +
        "  npm run -s signalbox -- replay --all --from 2h",
    );
  does<ReplayOptions>(replay, cli, async (context, id) => {
    const { api } = checked(context, id);
    const results = id === undefined ? await replayAll(context, api) : [await replayOne(api, id)];
    return report(context, results);
  });
}

function checked({ options, connect }: CommandContext<ReplayOptions>, id: string | undefined): { api: ApiClient } {
  if ((id === undefined) === (options.all !== true)) {
    throw failure("invalid-request", "Name one decision, or give --all.", "See `replay --help` for examples.");
  }
  return connect();
}

async function replayAll(context: CommandContext<ReplayOptions>, api: ApiClient): Promise<Result[]> {
  const { options, terminal } = context;
  const results: Result[] = [];
  let different = 0;
  const ids = listDecisionIds(api, { from: options.from, to: options.to });
  const worker = async (): Promise<void> => {
    for await (const id of ids) {
      const result = await replayOne(api, id);
      results.push(result);
      if (differs(result)) different += 1;
      terminal.progress(`replayed ${results.length}, ${different} of them differ`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return results;
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
