import type { Command } from "commander";
import { z } from "zod";
import { does, type Cli } from "../command-context.ts";
import { EXIT } from "../failure.ts";
import { formatTable } from "../format/table.ts";

const Reconciliation = z.looseObject({
  agrees: z.boolean(),
  booked: z.int(),
  size: z.int(),
  data: z.array(
    z.looseObject({
      budget: z.string(),
      subject: z.string(),
      startsAt: z.string().nullable(),
      agrees: z.boolean(),
      settled: z.string(),
      reserved: z.string(),
      entriesSpent: z.string(),
      entriesReserved: z.string(),
      leaves: z.string(),
      abandoned: z.string(),
    }),
  ),
});
type Reconciliation = z.infer<typeof Reconciliation>;

/** Holds the budgets of money against the register. */
export function addReconcile(program: Command, cli: Cli): void {
  const reconcile = program
    .command("reconcile")
    .description(
      "Whether budgets of money, their double entries and the register's outcomes say the same, to the pico-dollar. Needs the right `read-costs`.",
    )
    .addHelpText(
      "after",
      "\nAmounts are pico-dollars. What a budget has settled is what the register's outcomes cost, and what was reserved for\n" +
        "requests that nobody saw the end of. It exits with 1 when anything differs.\n\n" +
        "Examples:\n  npm run -s signalbox -- reconcile",
    );
  does(reconcile, cli, async ({ connect, print }) => {
    const answer = await connect().api.call(Reconciliation, { path: "/admin/v1/reconciliation" });
    print(answer, () => formatReconciliation(answer));
    return answer.agrees ? EXIT.ok : EXIT.failed;
  });
}

function formatReconciliation({ agrees, booked, size, data }: Reconciliation): string {
  const table = formatTable(
    [
      { title: "BUDGET" },
      { title: "WINDOW" },
      { title: "SETTLED", align: "right" },
      { title: "BY ENTRIES", align: "right" },
      { title: "BY LEAVES", align: "right" },
      { title: "ABANDONED", align: "right" },
      { title: "RESERVED", align: "right" },
      { title: "AGREES" },
    ],
    data.map((each) => [
      each.subject === "" ? each.budget : `${each.budget} (${each.subject})`,
      each.startsAt?.slice(0, "2026-11-21".length) ?? "all",
      each.settled,
      each.entriesSpent,
      each.leaves,
      each.abandoned,
      each.reserved,
      each.agrees ? "yes" : "NO",
    ]),
  );
  const verdict = agrees ? "All of them agree." : "They do not agree.";
  return `${table}\n\n${verdict} ${booked} of ${size} leaves are booked.`;
}
