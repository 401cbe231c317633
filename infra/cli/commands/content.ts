import type { Command } from "commander";
import { z } from "zod";
import { does, type Cli } from "../command-context.ts";
import { EXIT, failure } from "../failure.ts";
import { formatTable, printable } from "../format/table.ts";
import { pointInTime, wholeNumber } from "../option-values.ts";

const LIST_MAX = 500;
const PATH = "/admin/v1/content";

const Head = z.looseObject({
  requestId: z.string(),
  tenant: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  bytes: z.int(),
});
const List = z.looseObject({ data: z.array(Head) });
const Whole = Head.extend({
  content: z.looseObject({ request: z.string(), answer: z.string(), isWhole: z.boolean() }),
});
const Erased = z.looseObject({
  tenant: z.string(),
  erased: z.int(),
  cachedAnswers: z.int().default(0),
  storedResponses: z.int().default(0),
  labels: z.int().default(0),
});

export function addContent(program: Command, cli: Cli): void {
  const content = program
    .command("content")
    .description(
      "What is retained of requests and answers, where `retention.content` allows it. Needs the right `read-content`, or `erase-content`.",
    );
  addList(content, cli);
  addShow(content, cli);
  addErase(content, cli);
}

function addList(content: Command, cli: Cli): void {
  const list = content
    .command("list")
    .description("Whose content is retained and until when, newest first.")
    .option("--tenant <tenant>", "of this tenant alone")
    .option("--limit <n>", "how many", wholeNumber(1, LIST_MAX), 50)
    .addHelpText("after", "\nExamples:\n  npm run -s signalbox -- content list --tenant team-a");
  does<{ tenant?: string; limit: number }>(list, cli, async ({ connect, options, print }) => {
    const { tenant, limit } = options;
    const found = await connect().api.call(List, { path: PATH, query: { tenant, limit } });
    print(found, () =>
      formatTable(
        [
          { title: "REQUEST" },
          { title: "TENANT" },
          { title: "MADE" },
          { title: "UNTIL" },
          { title: "BYTES", align: "right" },
        ],
        found.data.map((each) => [each.requestId, each.tenant, each.createdAt, each.expiresAt, String(each.bytes)]),
      ),
    );
    return EXIT.ok;
  });
}

function addShow(content: Command, cli: Cli): void {
  const show = content
    .command("show")
    .argument("<id>", "a decision's id or a request's")
    .description("What a request asked and was answered. Who reads it is recorded first.")
    .addHelpText(
      "after",
      "\nExamples:\n  npm run -s signalbox -- content show 0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e --json",
    );
  does(show, cli, async ({ connect, print }, id = "") => {
    const found = await connect().api.call(Whole, { path: `${PATH}/${encodeURIComponent(id)}` });
    const { request, answer, isWhole } = found.content;
    print(found, () =>
      ["Asked:", ...lines(request), "", `Answered${isWhole ? "" : " (cut off)"}:`, ...lines(answer)].join("\n"),
    );
    return EXIT.ok;
  });
}

/** A body may hold what would steer the terminal. */
function lines(text: string): string[] {
  return text.split("\n").map(printable);
}

type EraseOptions = { tenant?: string; user?: string; from?: number; before?: number };

function addErase(content: Command, cli: Cli): void {
  const erase = content
    .command("erase")
    .argument("[id]", "a decision's id or a request's")
    .description(
      "Erases retained content for ever, with the cache's answers, stored responses and the plain labels (user, metadata, tags) of the same requests. The erasure is recorded; every proof of the register still verifies.",
    )
    .option("--tenant <tenant>", "all of this tenant's, and the key that it is encrypted with")
    .option("--user <user>", "with --tenant: only of requests that named this end user, as they had it")
    .option("--from <time>", "with --tenant: only what is no older than 30d, or than an ISO date", pointInTime)
    .option("--before <time>", "with --tenant: only what is older than 30d, or than an ISO date", pointInTime)
    .addHelpText(
      "after",
      "\nExamples:\n  npm run -s signalbox -- content erase 0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e\n" +
        "  npm run -s signalbox -- content erase --tenant team-a --user ada@example.org\n" +
        "  npm run -s signalbox -- content erase --tenant team-a --from 2026-10-01 --before 2026-11-01",
    );
  does<EraseOptions>(erase, cli, async ({ connect, options, print }, id) => {
    refuseContradictions(options, id);
    const { api } = connect();
    const { tenant, user } = options;
    const body = { tenant, user, from: isoOf(options.from), before: isoOf(options.before) };
    const erased =
      id === undefined
        ? await api.call(Erased, { method: "POST", path: `${PATH}/erase`, body })
        : await api.call(Erased, { method: "DELETE", path: `${PATH}/${encodeURIComponent(id)}` });
    print(
      erased,
      () =>
        `erased the content of ${requests(erased.erased)} of ${erased.tenant}, ` +
        `${erased.cachedAnswers} of the cache's answers, ${erased.storedResponses} of the rows of stored responses ` +
        `and the labels of ${requests(erased.labels)}`,
    );
    return EXIT.ok;
  });
}

function refuseContradictions({ tenant, user, from, before }: EraseOptions, id: string | undefined): void {
  const isPart = user !== undefined || from !== undefined || before !== undefined;
  if ((id === undefined) === (tenant === undefined) || (isPart && tenant === undefined)) {
    throw failure("invalid-request", "Name one request, or --tenant.", "See `content erase --help` for examples.");
  }
}

function isoOf(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString();
}

function requests(count: number): string {
  return `${count} ${count === 1 ? "request" : "requests"}`;
}
