import type { PolicyActivation, PolicyRefusal } from "@signalbox/proto";
import type { Command } from "commander";
import { does, type Cli } from "../command-context.ts";
import { EXIT } from "../failure.ts";
import { formatTime } from "../format/decision-rows.ts";
import { formatTable } from "../format/table.ts";
import { wholeNumber } from "../option-values.ts";
import { sendPolicyCommand } from "./send-policy-command.ts";

const LIMIT_MAX = 500;
/** Of a digest, what tells it from others on a screen; `rollback` takes it. */
const DIGEST_SHOWN_CHARS = 12;

export function addPolicyHistory(policy: Command, cli: Cli): void {
  const history = policy
    .command("history")
    .option("--limit <n>", "how many, newest first", wholeNumber(1, LIMIT_MAX), 20)
    .description("What was in force from when on and who put it there, and what was refused.")
    .addHelpText("after", "\nExamples:\n  npm run -s signalbox -- policy history --limit 5");
  does<{ limit: number }>(history, cli, async ({ connect, options, print }) => {
    const command = { kind: "history", limit: options.limit } as const;
    const answer = await sendPolicyCommand(connect().connection, command, "history");
    print(answer, () => formatHistory(answer.activations, answer.refusals));
    return EXIT.ok;
  });
}

function formatHistory(activations: readonly PolicyActivation[], refusals: readonly PolicyRefusal[]): string {
  const rows = [
    ...activations.map(({ atMs, action, actor, version, document }) => ({
      atMs,
      cells: [action, actor, version === null ? "—" : short(version), short(document), ""],
    })),
    ...refusals.map(({ atMs, actor, problems }) => {
      const [first] = problems;
      const what = first === undefined ? "" : `${first.file}:${first.line}: ${first.text}`;
      return { atMs, cells: ["refused", actor, "—", "—", what] };
    }),
  ];
  if (rows.length === 0) return "No policy was ever applied: what the configuration says is in force.";
  return formatTable(
    [
      { title: "TIME (UTC)" },
      { title: "ACTION" },
      { title: "BY" },
      { title: "VERSION" },
      { title: "DOCUMENT" },
      { title: "PROBLEM" },
    ],
    rows.toSorted((a, b) => b.atMs - a.atMs).map(({ atMs, cells }) => [formatTime(atMs), ...cells]),
  );
}

function short(digest: string): string {
  return digest.replace("sha256:", "").slice(0, DIGEST_SHOWN_CHARS);
}

export function addPolicyShow(policy: Command, cli: Cli): void {
  const show = policy
    .command("show")
    .description("The policy document in force, as decisions name it.")
    .addHelpText("after", "\nExamples:\n  npm run -s signalbox -- policy show");
  does(show, cli, async ({ connect, print }) => {
    const { digest, document } = await sendPolicyCommand(connect().connection, { kind: "show" }, "shown");
    const value: unknown = JSON.parse(document);
    print({ digest, document: value }, () => `${digest}\n${JSON.stringify(value, null, 2)}`);
    return EXIT.ok;
  });
}
