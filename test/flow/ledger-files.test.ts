import { uuidv7 } from "@signalbox/kit";
import { mayRecord } from "@signalbox/infra/cli/verify/may-record.ts";
import { readUrl } from "@signalbox/infra/cli/verify/source-files.ts";
import {
  EntryChecker,
  formatVkey,
  readEntryBundle,
  parseLogKeys,
  parsePolicy,
  verifyLog,
  type LogVerdict,
} from "@signalbox/tlog";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readLog } from "../kit/standard-reader.ts";
import { decisionEvent } from "./ledger-events.ts";
import { startLedgerRig, until, type Ledger, type LedgerRig } from "./ledger-rig.ts";

const ORIGIN = "signalbox.test/log";
/** More than two full tiles. */
const LEAVES = 530;
/** A busy machine takes many times what an idle one does, and signs more checkpoints meanwhile, each of which is read. */
const PATIENCE_MS = 100_000;
const BUSY = { timeout: 120_000 };

let rig: LedgerRig;
let ledger: Ledger;
let base: string;
beforeAll(async () => {
  rig = await startLedgerRig();
  ledger = await rig.start({ files: { port: 0 } });
  base = `http://127.0.0.1:${ledger.ports.http}`;
});
afterAll(() => rig[Symbol.asyncDispose]());

/** Appends so many and waits until a checkpoint covers all that there is. */
async function append(count: number): Promise<void> {
  const before = (await rig.leaves(0)).length;
  const events = Array.from({ length: count }, () => decisionEvent({ requestId: uuidv7(), decisionId: uuidv7() }));
  for (let at = 0; at < count; at += 100) await rig.enqueue(rig.policy.sign(events.slice(at, at + 100)));
  await until(async () => ((await signedSize()) === before + count ? true : undefined), PATIENCE_MS);
}

async function signedSize(): Promise<number> {
  const response = await get("checkpoint");
  return response.status === 200 ? Number((await response.text()).split("\n")[1]) : 0;
}

function get(path: string, token?: string, init: RequestInit = {}): Promise<Response> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(`${base}/${path}`, { ...init, headers });
}

const OPERATOR = "token of the operator";

async function verify(since?: string): Promise<LogVerdict> {
  const read = readUrl(base, new AbortController().signal, OPERATOR);
  const policy = parsePolicy(`log ${formatVkey(ORIGIN, rig.checkpointKey)}\nquorum none\n`);
  if (!policy.ok) throw new Error(policy.reason);
  const keys = parseLogKeys(await (await get("vkeys")).text());
  const checker = new EntryChecker({ producers: keys?.producers ?? new Map(), mayRecord });
  return verifyLog({ read, policy: policy.policy, since, checker });
}

test("before the first checkpoint there is no file of the tree", async () => {
  expect((await get("tile/0/000.p/1")).status).toBe(404);
});

test("the whole log is verified over HTTP by its files alone, as it grows over tiles", BUSY, async () => {
  await append(3);
  const early = await (await get("checkpoint")).text();
  expect(await verify()).toMatchObject({ kind: "sound", size: 3, ours: 3 });
  await append(LEAVES - 3);
  expect(await verify(early)).toMatchObject({ kind: "sound", origin: ORIGIN, size: LEAVES, ours: LEAVES, since: 3 });
});

async function fetchFile(path: string): Promise<Uint8Array> {
  const response = await get(path, OPERATOR);
  expect([path, response.status]).toEqual([path, 200]);
  expect(response.headers.get("content-type")).toBe("application/octet-stream");
  return new Uint8Array(await response.arrayBuffer());
}

test(
  "a reader that knows the standards' texts alone finds the same log below every checkpoint that was signed",
  BUSY,
  async () => {
    const { rows } = await rig.owner.query<{ size: string; note: string }>("select size, note from ledger_checkpoint");
    expect(rows.length).toBeGreaterThan(1);
    const leaves = (await rig.leaves(LEAVES)).map(({ bytes }) => bytes);
    for (const { size, note } of rows) {
      const read = await readLog(fetchFile, Buffer.from(note), [formatVkey(ORIGIN, rig.checkpointKey)]);
      expect(read).toMatchObject({ origin: ORIGIN, signedBy: [ORIGIN] });
      expect(Buffer.concat(read.entries)).toEqual(Buffer.concat(leaves.slice(0, Number(size))));
    }
  },
);

test("what everyone may read a page of another origin may read, and what auditors may read asks for their token", async () => {
  for (const path of ["checkpoint", "vkeys", "tile/0/000"]) {
    expect((await get(path)).headers.get("access-control-allow-origin")).toBe("*");
  }
  const entries = await get("tile/entries/000", OPERATOR);
  expect(entries.headers.get("access-control-allow-origin")).toBeNull();
  expect((await get("tile/entries/000")).headers.get("www-authenticate")).toBe("Bearer");
  const headers = { authorization: `Bearer ${OPERATOR}`, "accept-encoding": "gzip;q=0" };
  const plain = await fetch(`${base}/tile/entries/000`, { headers });
  expect(plain.headers.get("content-encoding")).toBeNull();
});

test("checkpoints are cached for a moment and tiles for ever, entries by their reader alone", async () => {
  const checkpoint = await get("checkpoint");
  expect(checkpoint.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(checkpoint.headers.get("cache-control")).toBe("public, max-age=1");
  for (const path of ["tile/0/001", "tile/0/002.p/18", "tile/1/000.p/2"]) {
    const tile = await get(path);
    expect([path, tile.status]).toEqual([path, 200]);
    expect(tile.headers.get("content-type")).toBe("application/octet-stream");
    expect(tile.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect((await tile.arrayBuffer()).byteLength % 32).toBe(0);
  }
  const entries = await get("tile/entries/000", OPERATOR);
  expect(entries.headers.get("cache-control")).toContain("private");
  expect(entries.headers.get("content-encoding")).toBe("gzip");
  const bundle = readEntryBundle(new Uint8Array(await entries.arrayBuffer()), 256);
  expect([bundle.isWhole, bundle.entries.length]).toEqual([true, 256]);
});

test("a partial tile is the beginning of the full one, whichever width is asked for", async () => {
  const [full, part] = await Promise.all(
    ["tile/0/000", "tile/0/000.p/7"].map(async (path) => Buffer.from(await (await get(path)).arrayBuffer())),
  );
  expect(part).toEqual(full?.subarray(0, 7 * 32));
});

test("entries are shown to auditors alone", async () => {
  expect((await get("tile/entries/000")).status).toBe(401);
  expect((await get("tile/entries/000", "nonsense")).status).toBe(401);
  expect((await get("tile/entries/000", "token of ingress")).status).toBe(403);
  expect((await get("tile/entries/000", OPERATOR)).status).toBe(200);
});

test.each([
  "",
  "tile/0/003",
  "tile/0/002",
  "tile/0/002.p/19",
  "tile/1/000",
  "tile/2/000.p/1",
  "tile/63/000.p/1",
  "tile/0/0",
  "tile/entries/009",
  "checkpoint/",
  "%2e%2e/etc",
])("there is nothing at /%s", async (path) => {
  const response = await get(path, OPERATOR);
  expect(response.status).toBe(404);
  expect(response.headers.get("cache-control")).toBe("no-store");
});

test("nothing is written over HTTP", async () => {
  const response = await get("checkpoint", OPERATOR, { method: "POST" });
  expect(response.status).toBe(405);
  const head = await get("checkpoint", undefined, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
});

test("another instance serves the same files", async () => {
  await using standby = await rig.start({ files: { port: 0 }, instance: "standby" });
  const path = "tile/1/000.p/2";
  const [here, there] = await Promise.all([
    (await get(path)).arrayBuffer(),
    (await fetch(`http://127.0.0.1:${standby.ports.http}/${path}`)).arrayBuffer(),
  ]);
  expect(Buffer.from(there)).toEqual(Buffer.from(here));
});

test("B15 a leaf that is changed in the database is named by the verifier", async () => {
  await rig.owner.query("alter table ledger_leaf_0 disable trigger user");
  await rig.owner.query("update ledger_leaf set leaf = set_byte(leaf, 40, get_byte(leaf, 40) # 1) where idx = 300");
  expect(await verify()).toMatchObject({ kind: "tampered", index: 300 });
  await rig.owner.query("update ledger_leaf set leaf = set_byte(leaf, 40, get_byte(leaf, 40) # 1) where idx = 300");
  await rig.owner.query("alter table ledger_leaf_0 enable trigger user");
  expect(await verify()).toMatchObject({ kind: "sound" });
});
