import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordedTerminal } from "@signalbox/infra/cli/recorded-terminal.ts";
import { runCli } from "@signalbox/infra/cli/run-cli.ts";
import { uuidv7 } from "@signalbox/kit";
import { formatVkey } from "@signalbox/tlog";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { decisionEvent, INPUT, outcomeEvent } from "./ledger-events.ts";
import { as, startLedgerRig, until, type LedgerRig } from "./ledger-rig.ts";

const ORIGIN = "signalbox.test/log";
/** A decision and an outcome each: more than a full block. */
const REQUESTS = 520;
const FACTS = { ...INPUT.facts, labels: { ...INPUT.facts.labels, tags: [`hmac-sha256:${"0".repeat(64)}`] } };

type Checked = {
  code: number;
  counts: Record<string, number>;
  findings: { check: string; index: number | null; detail: string }[];
  unchecked: Record<string, string>;
};

let rig: LedgerRig;
let home: string;
beforeAll(async () => {
  rig = await startLedgerRig();
  home = await mkdtemp(join(tmpdir(), "signalbox-fsck-"));
  const ledger = await rig.start();
  const ids = Array.from({ length: REQUESTS }, () => ({ requestId: uuidv7(), decisionId: uuidv7() }));
  for (let at = 0; at < REQUESTS; at += 50) {
    const part = ids.slice(at, at + 50);
    const input = at === 0 ? { ...INPUT, facts: FACTS } : INPUT;
    await rig.enqueue(rig.policy.sign(part.map((of) => decisionEvent({ ...of, input }))));
    await rig.enqueue(rig.dispatcher.sign(part.map(outcomeEvent)), at === 0 ? { user: "ada" } : undefined);
  }
  await rig.leaves(2 * REQUESTS);
  // A proof of the first leaf makes the nodes of the tree be kept.
  await until(async () => {
    return await new Promise<true | undefined>((resolve) => {
      const request = { tenant: "default", id: ids[0]?.decisionId ?? "", eventId: "" };
      ledger.client.prove(request, as("ingress"), (error) => resolve(error === null ? true : undefined));
    });
  });
  for (const [table, rows] of [
    ["ledger_node", 4],
    ["ledger_block", 1],
    ["ledger_label", 50],
  ] as const) {
    await until(async () => ((await rig.owner.query(`select from ${table}`)).rowCount === rows ? true : undefined));
  }
  await ledger[Symbol.asyncDispose]();
  await keep();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});

/** Whoever owns the schema may switch off the triggers that refuse any change. */
beforeEach(async () => {
  for (const table of ["ledger_leaf_0", "ledger_node", "ledger_tile", "ledger_head"]) {
    await rig.owner.query(`alter table ${table} disable trigger user`);
  }
});

async function fsck(): Promise<Checked> {
  const terminal = recordedTerminal();
  const vkey = formatVkey(ORIGIN, rig.checkpointKey);
  const args = ["fsck", "--database", rig.db.ownerUrl, "--vkey", vkey, "--home", home, "--json"];
  const code = await runCli(args, terminal);
  expect(terminal.stderr).toEqual([]);
  return { code, ...(JSON.parse(terminal.stdout.join("\n")) as Omit<Checked, "code">) };
}

test("an honest register has nothing to find, and what could not be checked is told", async () => {
  expect(await fsck()).toMatchObject({ code: 0, leaves: 2 * REQUESTS, counts: {}, findings: [] });
  expect((await fsck()).unchecked).toEqual({ signed: expect.stringContaining("signed-head.json is not there") });
  const terminal = recordedTerminal();
  expect(await runCli(["fsck", "--database", rig.db.ownerUrl, "--home", home], terminal)).toBe(0);
  expect(terminal.stdout.join("\n")).toMatch(/^— +checkpoints +unchecked: who signed them/m);
  expect(terminal.stdout.join("\n")).toMatch(/^— +signed +unchecked: what was signed last/m);
});

test("what was signed last is held against the head, and a file that does not say it is no silence", async () => {
  const file = join(home, "ledger", "signed-head.json");
  await mkdir(join(home, "ledger"));
  const { rows } = await rig.owner.query<{ root: Buffer }>("select root from ledger_head");
  const head = { origin: ORIGIN, size: 2 * REQUESTS, root: rows[0]?.root.toString("base64") };
  await writeFile(file, JSON.stringify(head));
  expect(await fsck()).toMatchObject({ code: 0, unchecked: {} });
  await writeFile(file, JSON.stringify({ ...head, size: 2 * REQUESTS + 1 }));
  expect(await fsck()).toMatchObject({ code: 1, counts: { signed: 1 }, unchecked: {} });
  await writeFile(file, JSON.stringify({ ...head, origin: "another.test/log", size: 2 * REQUESTS + 1 }));
  expect(await fsck()).toMatchObject({ code: 0, unchecked: { signed: expect.stringContaining("another.test/log") } });
  await writeFile(file, JSON.stringify(head).slice(0, -9));
  const terminal = recordedTerminal();
  expect(await runCli(["fsck", "--database", rig.db.ownerUrl, "--home", home], terminal)).toBe(2);
  expect(terminal.stderr.join("\n")).toContain(`${file} cannot be read`);
  await rm(join(home, "ledger"), { recursive: true });
});

const NEW_ID = "'00000000-0000-7000-8000-000000000000'";
const OF_LEAF = "request_id = (select request_id from ledger_leaf where idx =";
const FLIP = "set_byte(leaf, 60, get_byte(leaf, 60) # 1)";

/** What is changed, how, and which check finds it at which leaf. */
const CHANGES = [
  ["a bit of a leaf", `update ledger_leaf set leaf = ${FLIP} where idx = 7`, "leaves", 7],
  [
    "a bit of a leaf, with its hash made anew",
    `update ledger_leaf set leaf = ${FLIP}, leaf_hash = sha256('\\x00'::bytea || ${FLIP}) where idx = 7`,
    "signatures",
    7,
  ],
  ["a tenant's name", "update ledger_leaf set tenant = 'acme' where idx = 8", "columns", 8],
  ["a time", "update ledger_leaf set at_ms = at_ms + 1 where idx = 9", "columns", 9],
  ["an event's place", "update ledger_event set idx = 5 where idx = 4", "events", 4],
  ["an event's row", "delete from ledger_event where idx = 4", "events", 4],
  ["a request's outcome", "update ledger_request set outcome_idx = 0 where outcome_idx = 160", "outcomes", 160],
  ["a kept node", "update ledger_node set hash = sha256('') where n = 0", "nodes", 0],
  [
    "a node below it",
    "update ledger_tile set nodes = set_byte(nodes, 16000, 255 - get_byte(nodes, 16000))",
    "nodes",
    0,
  ],
  ["the head's root", "update ledger_head set root = sha256('')", "head", null],
  [
    "the head's frontier",
    "update ledger_head set frontier = set_byte(frontier, 0, 255 - get_byte(frontier, 0))",
    "head",
    null,
  ],
  ["a leaf that is gone", "delete from ledger_leaf where idx = 200", "leaves", 200],
  ["a leaf in another's place", "update ledger_leaf set idx = 2000 where idx = 299", "leaves", 299],
  ["a facet of a block", "update ledger_block set facets = array_remove(facets, 'model small')", "blocks", 0],
  ["a facet more", "update ledger_block set facets = facets || '{model large}'", "blocks", 0],
  ["the times of a block", "update ledger_block set to_ms = from_ms - 1", "blocks", 0],
] as const;

test.each(CHANGES.map(([what, sql, check, index]) => ({ what, sql, check, index })))(
  "B15 $what is found, and the leaf is named",
  async ({ sql, check, index }) => {
    await rig.owner.query(sql);
    const checked = await fsck();
    await restore();
    expect(checked.code).toBe(1);
    expect(checked.findings).toContainEqual(expect.objectContaining({ check, index }));
  },
);

/** Rows beside the leaves that no leaf stands for, or that say something else than it; and what fsck says of each. */
const BESIDE = [
  { sql: `insert into ledger_event values (${NEW_ID}, 5000, sha256(''))`, check: "events", index: 5000 },
  {
    sql: `update ledger_request set decision_id = ${NEW_ID} where outcome_idx = 60`,
    check: "outcomes",
    index: 60,
  },
  { sql: `insert into ledger_request values (${NEW_ID}, 5000, null)`, check: "outcomes", index: 5000 },
  { sql: `update ledger_label set tenant = 'acme' where ${OF_LEAF} 4)`, check: "labels", index: 4 },
  { sql: `update ledger_label set request_id = gen_random_uuid() where ${OF_LEAF} 5)`, check: "labels", index: null },
  {
    sql: "update ledger_sequence set settled = '{[1,7),[8,521)}' where service = 'dispatcher'",
    check: "sequences",
    index: null,
    says: "1 to 6",
  },
  {
    sql: "delete from ledger_sequence where service = 'policy'",
    check: "sequences",
    index: null,
    says: "no number of policy",
  },
  { sql: "insert into ledger_block values (1, 0, 0, '{}')", check: "blocks", index: 1024 },
  {
    sql: "insert into ledger_witnessed select min(size) from ledger_checkpoint",
    check: "witnessed",
    index: null,
  },
];

test("B15 each row beside the leaves that they do not stand for is found", async () => {
  for (const { sql } of BESIDE) expect((await rig.owner.query(sql)).rowCount).toBe(1);
  const { code, findings } = await fsck();
  await restore();
  expect(code).toBe(1);
  for (const { check, index, says = "" } of BESIDE) {
    expect(findings).toContainEqual({ check, index, detail: expect.stringContaining(says) });
  }
});

/** A column, what somebody puts into it beside the leaf at this index, and whether fsck may repeat that. */
const COLUMNS = [
  { column: "event_id", value: NEW_ID, index: 4, isShown: true },
  { column: "type", value: "'superseded'", index: 5, isShown: true },
  { column: "tenant", value: "'acme'", index: 6, isShown: true },
  { column: "request_id", value: NEW_ID, index: 7, isShown: true },
  { column: "decision_id", value: NEW_ID, index: 8, isShown: true },
  { column: "at_ms", value: "'1234'", index: 9, isShown: true },
  { column: "key_id", value: "'key-2'", index: 10, isShown: true },
  { column: "kind", value: "'refuse'", index: 11, isShown: true },
  { column: "provider", value: "'elsewhere'", index: 12, isShown: true },
  { column: "model", value: "'large'", index: 13, isShown: true },
  { column: "reason", value: "'ada has asked'", index: 14, isShown: false },
  { column: "tags", value: "'{ada}'", index: 15, isShown: false },
  { column: "cost", value: "'1'", index: 60, isShown: true },
  { column: "decision_idx", value: "'999'", index: 61, isShown: true },
];
/** Columns that are never null. */
const ALWAYS: ReadonlySet<string> = new Set(["event_id", "type", "tenant", "at_ms"]);

test.each(["another value", "no value"])("B15 %s in each column beside a leaf is found and named", async (kind) => {
  const changed = COLUMNS.flatMap((each) => {
    if (kind === "another value") return [each];
    return ALWAYS.has(each.column) ? [] : [{ ...each, value: "null" }];
  });
  for (const { column, value, index } of changed) {
    await rig.owner.query(`update ledger_leaf set ${column} = ${value} where idx = ${index}`);
  }
  const { code, findings } = await fsck();
  await restore();
  expect(code).toBe(1);
  const found = findings.filter(({ check }) => check === "columns");
  expect(found.map(({ index, detail }) => [index, detail.split(" ")[0]])).toEqual(
    changed.map(({ index, column }) => [index, column]),
  );
  expect(found.map(({ detail }, at) => detail.includes(changed[at]?.value.replaceAll("'", "") ?? ""))).toEqual(
    changed.map(({ isShown }) => isShown),
  );
});

test("B15 a tree that was rebuilt whole is found by the checkpoints that were signed over the old one", async () => {
  const root = "sha256('\\x00'::bytea || leaf)";
  await rig.owner.query(`update ledger_leaf set leaf = ${FLIP} where idx = 3`);
  await rig.owner.query(`update ledger_leaf set leaf_hash = ${root} where idx = 3`);
  await rig.owner.query(
    `update ledger_event set leaf_hash = (select leaf_hash from ledger_leaf where idx = 3) where idx = 3`,
  );
  const checked = await fsck();
  await restore();
  expect(checked.findings).toContainEqual(expect.objectContaining({ check: "checkpoints" }));
  expect(await fsck()).toMatchObject({ code: 0, findings: [] });
});

const TABLES = [
  "ledger_leaf",
  "ledger_event",
  "ledger_request",
  "ledger_label",
  "ledger_sequence",
  "ledger_block",
  "ledger_witnessed",
  "ledger_node",
  "ledger_tile",
  "ledger_head",
];

/** The tables as they are, beside themselves. */
async function keep(): Promise<void> {
  for (const table of TABLES) await rig.owner.query(`create table ${table}_kept as table ${table}`);
}

async function restore(): Promise<void> {
  for (const table of TABLES) {
    await rig.owner.query(`delete from ${table}`);
    await rig.owner.query(`insert into ${table} select * from ${table}_kept`);
  }
}
