import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { formatVkey, parseVkey, producerKeyId, rawPublicKey, signLogKeyRotation, verifyNote } from "@signalbox/tlog";
import type { Client } from "pg";
import { failure } from "../failure.ts";
import type { LogKeyFile } from "./log-key-file.ts";

/** The sequencer looks at the keys every two seconds, and a checkpoint follows within one. */
const SAID_LIMIT_MS = 20_000;
const POLL_MS = 200;

export type KeyChange = {
  readonly client: Client;
  readonly file: LogKeyFile;
  /** Who changes it, as the log says it. */
  readonly by: string;
};

/** What the log says of a change by now. */
export type SaidChange = {
  readonly vkey: string;
  /** The leaf that says so; null when no ledger has written it in time, which it does as soon as it runs. */
  readonly index: number | null;
};

/**
 * Gives the log a further key: makes it, has both keys sign the statement of the rotation, and tells the ledger. From
 * the checkpoint on that covers the leaf with the statement, both keys sign. One that was interrupted is taken up
 * again.
 */
export async function rotateLogKey({ client, file, by }: KeyChange): Promise<SaidChange> {
  const origin = await originOf(client);
  const [from, begun, ...more] = file.read();
  if (from === undefined || more.length > 0) throw unusable(file);
  if (begun !== undefined && (await termOf(client, begun)) !== null) {
    throw failure("invalid-request", "A rotation is under way.", "End it with `ledger retire-key` first.");
  }
  const to = begun ?? generateKeyPairSync("ed25519").privateKey;
  // The ledger must be able to sign with a key before the log names it.
  if (begun === undefined) file.write([from, to]);
  await register(client, { origin, key: from, by, statement: null });
  await register(client, { origin, key: to, by, statement: signLogKeyRotation(origin, { from, to }) });
  return { vkey: formatVkey(origin, to), index: await saidLeaf(client, to, "rotated") };
}

/**
 * Ends a rotation: from the checkpoint on that covers the leaf with the retirement, the new key signs alone. The
 * outgoing key leaves the file once the log has said so. Throws while the new key does not sign yet.
 */
export async function retireLogKey({ client, file, by }: KeyChange): Promise<SaidChange> {
  const origin = await originOf(client);
  const [from, to, ...more] = file.read();
  if (from === undefined || to === undefined || more.length > 0) {
    throw failure("invalid-request", "No rotation is under way.", "Begin one with `ledger rotate-key`.");
  }
  if (!(await signsNewest(client, formatVkey(origin, to)))) {
    throw failure(
      "stage-unavailable",
      "The new key has signed no checkpoint yet.",
      "Start the line, and try again in a moment.",
    );
  }
  await client.query("update ledger_log_key set retired_by = $2 where key_id = $1 and retired_by is null", [
    producerKeyId(from),
    by,
  ]);
  const vkey = formatVkey(origin, from);
  const index = await saidLeaf(client, from, "retired");
  if (index === null) return { vkey, index };
  file.remember(vkey);
  file.write([to]);
  return { vkey, index };
}

async function originOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ origin: string | null }>("select origin from ledger_head");
  const origin = rows[0]?.origin ?? null;
  if (origin !== null) return origin;
  throw failure("stage-unavailable", "The log has no name yet.", "Start the line once: its ledger names the log.");
}

type Registration = {
  readonly origin: string;
  readonly key: KeyObject;
  readonly by: string;
  readonly statement: string | null;
};

async function register(client: Client, { origin, key, by, statement }: Registration): Promise<void> {
  await client.query(
    `insert into ledger_log_key (key_id, origin, public_key, added_at, added_by, statement)
     values ($1, $2, $3, clock_timestamp(), $4, $5) on conflict (key_id) do nothing`,
    [producerKeyId(key), origin, rawPublicKey(key), by, statement],
  );
}

/** The database's row of a key; null when the ledger was not told of it. */
async function termOf(client: Client, key: KeyObject): Promise<object | null> {
  const { rows } = await client.query<object>("select key_id from ledger_log_key where key_id = $1", [
    producerKeyId(key),
  ]);
  return rows[0] ?? null;
}

/** Waits for the leaf that says a change of a key. */
async function saidLeaf(client: Client, key: KeyObject, change: string): Promise<number | null> {
  const deadlineMs = performance.now() + SAID_LIMIT_MS;
  for (;;) {
    const { rows } = await client.query<{ idx: string }>(
      "select idx from ledger_leaf where type = 'key' and key_id = $1 and kind = $2",
      [producerKeyId(key), change],
    );
    if (rows[0] !== undefined) return Number(rows[0].idx);
    if (performance.now() > deadlineMs) return null;
    await sleep(POLL_MS);
  }
}

async function signsNewest(client: Client, vkey: string): Promise<boolean> {
  const verifier = parseVkey(vkey);
  const { rows } = await client.query<{ note: string }>(
    "select note from ledger_checkpoint order by size desc limit 1",
  );
  return rows[0] !== undefined && verifier.ok && verifyNote(rows[0].note, [verifier.verifier]).ok;
}

function unusable({ path }: LogKeyFile): Error {
  return failure("invalid-request", `${path} holds no key, or more than two.`, "It is the log's own; restore it.");
}
