import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordedTerminal } from "@signalbox/infra/cli/recorded-terminal.ts";
import { runCli } from "@signalbox/infra/cli/run-cli.ts";
import { uuidv7 } from "@signalbox/kit";
import { formatVkey } from "@signalbox/tlog";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { decisionEvent, outcomeEvent } from "./ledger-events.ts";
import { as, startLedgerRig, until, type LedgerRig } from "./ledger-rig.ts";

const ORIGIN = "signalbox.test/log";
/** A decision and an outcome each: more than a full tile. */
const REQUESTS = 150;

type Checked = {
  code: number;
  counts: Record<string, number>;
  findings: { check: string; index: number | null }[];
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
    await rig.enqueue(rig.policy.sign(ids.slice(at, at + 50).map(decisionEvent)));
    await rig.enqueue(rig.dispatcher.sign(ids.slice(at, at + 50).map(outcomeEvent)));
  }
  await rig.leaves(2 * REQUESTS);
  // A proof of the first leaf makes the nodes of the tree be kept.
  await until(async () => {
    return await new Promise<true | undefined>((resolve) => {
      const request = { tenant: "default", id: ids[0]?.decisionId ?? "", eventId: "" };
      ledger.client.prove(request, as("ingress"), (error) => resolve(error === null ? true : undefined));
    });
  });
  await until(async () => ((await rig.owner.query("select from ledger_node")).rowCount === 1 ? true : undefined));
  await ledger[Symbol.asyncDispose]();
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
  ["a leaf in another's place", "update ledger_leaf set idx = 1000 where idx = 299", "leaves", 299],
] as const;

test.each(CHANGES.map(([what, sql, check, index]) => ({ what, sql, check, index })))(
  "B15 $what is found, and the leaf is named",
  async ({ sql, check, index }) => {
    const before = await snapshot();
    await rig.owner.query(sql);
    const checked = await fsck();
    await restore(before);
    expect(checked.code).toBe(1);
    expect(checked.findings).toContainEqual(expect.objectContaining({ check, index }));
    expect(await fsck()).toMatchObject({ code: 0 });
  },
);

test("B15 a tree that was rebuilt whole is found by the checkpoints that were signed over the old one", async () => {
  const before = await snapshot();
  const root = "sha256('\\x00'::bytea || leaf)";
  await rig.owner.query(`update ledger_leaf set leaf = ${FLIP} where idx = 3`);
  await rig.owner.query(`update ledger_leaf set leaf_hash = ${root} where idx = 3`);
  await rig.owner.query(
    `update ledger_event set leaf_hash = (select leaf_hash from ledger_leaf where idx = 3) where idx = 3`,
  );
  const checked = await fsck();
  await restore(before);
  expect(checked.findings).toContainEqual(expect.objectContaining({ check: "checkpoints" }));
});

const TABLES = ["ledger_leaf", "ledger_event", "ledger_request", "ledger_node", "ledger_tile", "ledger_head"];

/** The tables as they are, beside themselves. */
async function snapshot(): Promise<string[]> {
  for (const table of TABLES) {
    await rig.owner.query(`create table ${table}_kept as table ${table}`);
  }
  return TABLES;
}

async function restore(tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    await rig.owner.query(`delete from ${table}`);
    await rig.owner.query(`insert into ${table} select * from ${table}_kept`);
    await rig.owner.query(`drop table ${table}_kept`);
  }
}
