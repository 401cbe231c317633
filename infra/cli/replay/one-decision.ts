import { z } from "zod";
import type { ApiClient } from "../api-client.ts";
import { EXIT, exitCodeOf } from "../failure.ts";
import { formatJson } from "../format/json.ts";

/** Mismatches and errors are told one by one up to here; the share covers all. */
const SHOWN_MAX = 20;

const Replay = z.looseObject({
  identical: z.boolean(),
  differences: z.array(z.looseObject({ path: z.string(), recorded: z.unknown(), replayed: z.unknown() })),
});
export type Replay = z.infer<typeof Replay>;

/** What came of one decision that was run again. */
export type Result = { decisionId: string } & (
  | { kind: "replayed"; identical: boolean; differences: Replay["differences"] }
  | { kind: "error"; error: string }
);

/** Has the line run a decision again. */
export async function replayOne(api: ApiClient, decisionId: string): Promise<Result> {
  const path = `/v1/decisions/${encodeURIComponent(decisionId)}/replay`;
  try {
    const { identical, differences } = await api.call(Replay, { method: "POST", path });
    return { decisionId, kind: "replayed", identical, differences };
  } catch (error) {
    if (exitCodeOf(error) !== EXIT.failed) throw error;
    return { decisionId, kind: "error", error: (error as Error).message };
  }
}

/** A classification is held against its record like a decision. */
export async function classifyAgain(api: ApiClient, decisionId: string): Promise<Result> {
  try {
    // Comes with every dialect and the classifier.
    const { reclassify } = await import("./reclassify.ts");
    const differences = await reclassify(api, decisionId);
    return { decisionId, kind: "replayed", identical: differences.length === 0, differences };
  } catch (error) {
    if (exitCodeOf(error) !== EXIT.failed) throw error;
    return { decisionId, kind: "error", error: `the classification: ${(error as Error).message}` };
  }
}

export function differs(result: Result): boolean {
  return result.kind === "error" || !result.identical;
}

/** The differences and errors, one by one. */
export function describe(bad: readonly Result[]): string[] {
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
