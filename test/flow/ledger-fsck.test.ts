import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogKeyFile } from "@signalbox/infra/cli/ledger/log-key-file.ts";
import { recordedTerminal } from "@signalbox/infra/cli/recorded-terminal.ts";
import { runCli } from "@signalbox/infra/cli/run-cli.ts";
import { uuidv7 } from "@signalbox/kit";
import { formatVkey, producerKeyId, publicKeyFromRaw, rawPublicKey, signCheckpoint } from "@signalbox/tlog";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { labelDigests } from "../../services/ingress/src/chat/label-digests.ts";
import { tenantDigest } from "../../services/ingress/src/keys/tenant-digest.ts";
import { ALWAYS, BESIDE, CHANGES, COLUMNS, FLIP, LEAVES, REQUESTS, RETIRED } from "./fsck-changes.ts";
import { decisionEvent, INPUT, outcomeEvent } from "./ledger-events.ts";
import { as, startLedgerRig, until, type LedgerRig } from "./ledger-rig.ts";

const ORIGIN = "signalbox.test/log";
const FORMER = generateKeyPairSync("ed25519").privateKey;

const DIGEST_KEY = randomBytes(32);
/** What PostgreSQL cannot hold of a text is no change of it. */
const LABELS = { user: "ada\u0000", metadata: { b: "2", a: String.raw`\u0000` }, tags: ["urgent"] };
const FACTS = { ...INPUT.facts, labels: labelDigests(LABELS, (text) => tenantDigest(DIGEST_KEY, text)) };

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
  await rig.owner.query("insert into tenant (id, digest_key) values ('default', $1)", [DIGEST_KEY]);
  const ledger = await rig.start();
  const ids = Array.from({ length: REQUESTS }, () => ({ requestId: uuidv7(), decisionId: uuidv7() }));
  for (let at = 0; at < REQUESTS; at += 50) {
    const part = ids.slice(at, at + 50);
    const input = at === 0 ? { ...INPUT, facts: FACTS } : INPUT;
    await rig.enqueue(rig.policy.sign(part.map((of) => decisionEvent({ ...of, input }))));
    await rig.enqueue(rig.dispatcher.sign(part.map(outcomeEvent)), at === 0 ? LABELS : undefined);
  }
  await rig.leaves(2 * REQUESTS);
  await sayKeys();
  await rig.leaves(LEAVES);
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

/** Has the ledger say which keys there are. */
async function sayKeys(): Promise<void> {
  const keys = [FORMER, rig.checkpointKey].map((key) => [producerKeyId(key), rawPublicKey(key)]);
  await rig.owner.query(
    `with producers as (update ledger_producer set added_by = 'test')
    insert into ledger_log_key (key_id, origin, public_key, added_at, added_by, retired_by) values
      ($1, '${ORIGIN}', $2, now(), 'test', 'test'), ($3, '${ORIGIN}', $4, now() + interval '1 second', 'test', null)`,
    keys.flat(),
  );
}

/** Whoever owns the schema may switch off the triggers that refuse any change. */
beforeEach(async () => {
  for (const table of ["ledger_leaf_0", "ledger_node", "ledger_tile", "ledger_head"]) {
    await rig.owner.query(`alter table ${table} disable trigger user`);
  }
});

async function fsck(options = ["--vkey", formatVkey(ORIGIN, rig.checkpointKey)]): Promise<Checked> {
  const terminal = recordedTerminal();
  const args = ["fsck", "--database", rig.db.ownerUrl, "--home", home, "--json", ...options];
  const code = await runCli(args, terminal);
  expect(terminal.stderr).toEqual([]);
  return { code, ...(JSON.parse(terminal.stdout.join("\n")) as Omit<Checked, "code">) };
}

test("an honest register has nothing to find, and what could not be checked is told", async () => {
  expect(await fsck()).toMatchObject({ code: 0, leaves: LEAVES, counts: {}, findings: [] });
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
  const head = { origin: ORIGIN, size: LEAVES, root: rows[0]?.root.toString("base64") };
  await writeFile(file, JSON.stringify(head));
  expect(await fsck()).toMatchObject({ code: 0, unchecked: {} });
  await writeFile(file, JSON.stringify({ ...head, size: LEAVES + 1 }));
  expect(await fsck()).toMatchObject({ code: 1, counts: { signed: 1 }, unchecked: {} });
  await writeFile(file, JSON.stringify({ ...head, origin: "another.test/log", size: LEAVES + 1 }));
  expect(await fsck()).toMatchObject({ code: 0, unchecked: { signed: expect.stringContaining("another.test/log") } });
  await writeFile(file, JSON.stringify(head).slice(0, -9));
  const terminal = recordedTerminal();
  expect(await runCli(["fsck", "--database", rig.db.ownerUrl, "--home", home], terminal)).toBe(2);
  expect(terminal.stderr.join("\n")).toContain(`${file} cannot be read`);
  await rm(join(home, "ledger"), { recursive: true });
});

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

test("B15 each row beside the leaves that they do not stand for is found", async () => {
  for (const { sql } of BESIDE) expect((await rig.owner.query(sql)).rowCount).toBe(1);
  const { code, findings } = await fsck();
  await restore();
  expect(code).toBe(1);
  for (const { check, index, says = "" } of BESIDE) {
    expect(findings).toContainEqual({ check, index, detail: expect.stringContaining(says) });
  }
});

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

test("B15 a checkpoint that a retired key alone has signed is found", async () => {
  const file = new LogKeyFile(join(home, "keys", "signing"));
  await mkdir(join(home, "keys", "signing"), { recursive: true });
  file.write([rig.checkpointKey]);
  file.remember(formatVkey(ORIGIN, FORMER));
  expect(await fsck([])).toMatchObject({ code: 0, findings: [] });
  const { rows } = await rig.owner.query<{ root: Buffer }>("select root from ledger_head");
  const head = { origin: ORIGIN, size: LEAVES, root: rows[0]?.root ?? Buffer.alloc(0) };
  const note = signCheckpoint(head, [{ name: ORIGIN, privateKey: FORMER }]);
  await rig.owner.query("update ledger_checkpoint set note = $1 where size = $2", [note, LEAVES]);
  const { code, findings } = await fsck([]);
  await restore();
  await rm(join(home, "keys"), { recursive: true });
  expect(code).toBe(1);
  expect(findings).toEqual([
    { check: "checkpoints", index: LEAVES, detail: expect.stringContaining(`leaf ${RETIRED} retired`) },
  ]);
});

test("keys that no leaf names, and labels without their tenant's key, are told as unchecked", async () => {
  await rig.owner.query("delete from tenant");
  const raw = rawPublicKey(generateKeyPairSync("ed25519").publicKey);
  const stranger = producerKeyId(publicKeyFromRaw(raw));
  await rig.owner.query("insert into ledger_producer (key_id, service, public_key) values ($1, 'policy', $2)", [
    stranger,
    raw,
  ]);
  const { code, unchecked } = await fsck();
  await restore();
  expect(code).toBe(0);
  expect(unchecked).toMatchObject({
    keys: `keys that no leaf names: producer policy ${stranger}`,
    labels: expect.stringContaining("50 decisions"),
  });
});

const WITHOUT_LATER_COLUMNS = "update ledger_leaf set reason = null, tags = null, decision_idx = null";

test("what an earlier version did not write beside its leaves is told as unchecked, and what it did is held against them", async () => {
  await rig.owner.query("delete from ledger_block");
  await rig.owner.query("delete from ledger_sequence");
  await rig.owner.query(`${WITHOUT_LATER_COLUMNS} where idx < 100`);
  const updated = await fsck();
  await rig.owner.query(WITHOUT_LATER_COLUMNS);
  const untouched = await fsck();
  await rig.owner.query("update ledger_leaf set kind = null, reason = 'another' where idx = 100");
  const changed = await fsck();
  await restore();
  // Both producers have gone on after the update, and so should their rows.
  expect(updated).toMatchObject({ code: 1, counts: { sequences: 2 } });
  expect(updated.unchecked["columns"]).toBe(
    "reason, tags, decision_idx of 100 leaves, which an earlier version of Signalbox did not write",
  );
  expect(untouched).toMatchObject({
    code: 0,
    counts: {},
    unchecked: { columns: expect.stringContaining("1040 leaves") },
  });
  expect(untouched.unchecked["sequences"]).toMatch(/^the numbers of 2 producers, which an earlier version/);
  // From the first leaf with one of the columns on, all should have them.
  expect(changed.counts).toMatchObject({ columns: expect.any(Number), sequences: 2 });
  expect(changed.findings[0]).toMatchObject({ check: "columns", index: 100 });
});

const TABLES = [
  "tenant",
  "ledger_producer",
  "ledger_log_key",
  "ledger_leaf",
  "ledger_event",
  "ledger_request",
  "ledger_label",
  "ledger_sequence",
  "ledger_block",
  "ledger_witnessed",
  "ledger_checkpoint",
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
