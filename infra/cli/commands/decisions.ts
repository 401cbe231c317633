import { Option, type Command } from "commander";
import { alsoNamed } from "../also-named.ts";
import { does, type Cli } from "../command-context.ts";
import { DecisionList, DecisionRecord } from "../decision-record.ts";
import { EXIT } from "../failure.ts";
import { formatDecisionPage } from "../format/decision-page.ts";
import { formatDecisionRows } from "../format/decision-rows.ts";
import { dollars } from "../money-option.ts";
import { pointInTime, wholeNumber } from "../option-values.ts";
import type { Terminal } from "../terminal.ts";

/** The service's own limit on a page. */
const LIMIT_MAX = 500;
const KINDS = ["route", "serve-cached", "refuse"] as const;

type ListOptions = {
  limit: number;
  model?: string;
  provider?: string;
  keyId?: string;
  from?: number;
  to?: number;
  kind?: string;
  tag?: string;
  reason?: string;
  minCost?: number;
  maxCost?: number;
  tenant?: string;
  before?: number;
  oldestFirst?: boolean;
  fromIndex?: number;
};

export function addDecisions(program: Command, cli: Cli): void {
  const decisions = program.command("decisions").description("The register's decisions.");
  addList(decisions, cli);
  addShow(decisions, cli);
}

function addList(decisions: Command, cli: Cli): void {
  const list = decisions
    .command("list")
    .description("The newest decisions, or the oldest, a line each; costs are exact.")
    .option("--limit <n>", `how many, at most ${LIMIT_MAX}`, wholeNumber(1, LIMIT_MAX), 20)
    .option("--model <name>", "only those that this model was chosen for, or answered")
    .option("--provider <name>", "only those that this provider was chosen for, or answered")
    .option("--key-id <id>", "only requests made with this key, by the id that `keys list` shows")
    .addOption(new Option("--kind <kind>", "only one kind of decision").choices(KINDS))
    .option("--tag <tag>", "only requests with this tag, of your own tenant")
    .option("--reason <words>", "only those whose reason, or refusal, has all of these words")
    .option("--min-cost <usd>", "only requests that cost at least so much", dollars)
    .option("--max-cost <usd>", "only requests that cost at most so much", dollars)
    .option("--tenant <tenant>", "only one tenant's; another than your own needs a key that reaches all")
    .option("--from <time>", "not older than: 15m, 2h, 7d, or an ISO date", pointInTime)
    .option("--to <time>", "older than", pointInTime)
    .addOption(alsoNamed("since", "from", pointInTime))
    .addOption(alsoNamed("until", "to", pointInTime))
    .option("--before <index>", "leaves below this index: the next page of a longer list", wholeNumber(1))
    .option("--oldest-first", "from the other end of the log")
    .option("--from-index <index>", "leaves from this index on: the next page of the oldest first", wholeNumber(0))
    .addHelpText(
      "after",
      "\nExamples:\n  npm run -s signalbox -- decisions list --from 1h --provider openai\n" +
        "  npm run -s signalbox -- decisions list --kind refuse --json",
    );
  does<ListOptions>(list, cli, async ({ connect, options, print, terminal }) => {
    const { limit, model, provider, keyId, from, to, kind, before, tag, reason, tenant, fromIndex } = options;
    const costs = { min_cost_pico_usd: picoUsd(options.minCost), max_cost_pico_usd: picoUsd(options.maxCost) };
    const asked = { model, provider, key: keyId, kind, tag, reason, tenant, ...costs };
    const order = options.oldestFirst === true ? "asc" : undefined;
    const query = { limit, ...asked, from, to, before, order, from_index: fromIndex };
    const answer = await connect().api.call(DecisionList, { path: "/v1/decisions", query });
    print(answer, () => formatDecisionRows(answer.data));
    if (options.json !== true) tellMore(answer, terminal);
    return EXIT.ok;
  });
}

/** How to see the next page, where there is one. */
function tellMore(answer: DecisionList, terminal: Terminal): void {
  if (answer.next_before != null) terminal.err(`More with --before ${answer.next_before}`);
  if (answer.next_from_index != null) terminal.err(`More with --oldest-first --from-index ${answer.next_from_index}`);
}

/** Options are read to the micro-dollar. */
function picoUsd(usd: number | undefined): string | undefined {
  return usd === undefined ? undefined : String(BigInt(Math.round(usd * 1_000_000)) * 1_000_000n);
}

function addShow(decisions: Command, cli: Cli): void {
  const show = decisions
    .command("show")
    .argument("<id>", "a decision's id, or a request's")
    .description("One decision: what was asked, what was chosen and why, what it cost and where the time went.")
    .addHelpText(
      "after",
      "\nExamples:\n  npm run -s signalbox -- decisions show 0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e\n" +
        "  npm run -s signalbox -- decisions show 0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e --json",
    );
  does(show, cli, async ({ connect, print }, id = "") => {
    const path = `/v1/decisions/${encodeURIComponent(id)}`;
    const record = await connect().api.call(DecisionRecord, { path });
    print(record, () => formatDecisionPage(record));
    return EXIT.ok;
  });
}
