import { uuidv7 } from "@signalbox/kit";
import { producerKeyId, rawPublicKey } from "@signalbox/tlog";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createProducer, decisionEvent, type SignedEvent } from "../flow/ledger-events.ts";
import { headOf, until } from "../flow/ledger-rig.ts";
import { FaultRig, ORIGIN } from "./ledger-fault-rig.ts";
import type { LedgerProcess } from "./ledger-process.ts";
import { startOwnPostgres, type OwnPostgres } from "./own-postgres.ts";

/*
 * Goal: a PostgreSQL that is put back to an older copy of its files is not appended to. From a copy of the log it is
 * brought to the very tree that was signed, and goes on from there.
 */

/** PostgreSQL is set up and started three times. */
const PREPARED_WITHIN_MS = 300_000;

let postgres: OwnPostgres;
let fault: FaultRig;
let ledger: LedgerProcess;
let since: string;
let copy: string;
let signed: { size: number; root: Buffer };
beforeAll(async () => {
  postgres = await startOwnPostgres();
  fault = await FaultRig.start({ db: postgres });
  await fault.rig.register(former);
  ledger = await fault.start();
  await fault.record(fault.sign(40));
  await fault.settled();
  await ledger.end("SIGTERM");
  await postgres.stop();
  await postgres.backUp();
  await postgres.startAgain();
  ledger = await fault.start();
  await changeKeys();
  await fault.record(fault.sign(150));
  since = await fault.keepCheckpoint(ledger);
  copy = await fault.export(ledger);
  signed = await headOf(fault.rig.owner);
  await ledger.end("SIGTERM");
  await postgres.stop();
  await postgres.restore();
  await postgres.startAgain();
}, PREPARED_WITHIN_MS);
afterAll(() => fault[Symbol.asyncDispose]());

const [former, next] = [createProducer("policy"), createProducer("policy")];

/** After the backup one of a producer's keys takes the other's place, and the log is told of its own. */
async function changeKeys(): Promise<void> {
  const { owner, checkpointKey } = fault.rig;
  await owner.query("update ledger_producer set retired_by = 'test' where key_id = $1", [former.keyId]);
  await owner.query(
    "insert into ledger_producer (key_id, service, public_key, added_by) values ($1, 'policy', $2, 'test')",
    [next.keyId, rawPublicKey(next.publicKey)],
  );
  await owner.query("insert into ledger_log_key (key_id, origin, public_key, added_by) values ($1, $2, $3, 'test')", [
    producerKeyId(checkpointKey),
    ORIGIN,
    rawPublicKey(checkpointKey),
  ]);
  await until(async () => {
    return (await owner.query("select from ledger_leaf where type = 'key'")).rowCount === 3 ? true : undefined;
  });
}

test("B15 a restored database is not appended to, and says what to do", async () => {
  ledger = await fault.spawn();
  await fault.record(fault.sign(3));
  await until(() => (ledger.said.includes("it was put back") ? true : undefined), 60_000);
  expect(ledger.said).toContain("signalbox -- recover");
  expect(ledger.isReady).toBe(false);
  expect(await fault.size()).toBe(80);
});

test("B15 a copy of the log brings it to the very tree that was signed, and the waiting ledger goes on", async () => {
  const { code, stdout, stderr } = await fault.cli(
    "recover",
    copy,
    "--database",
    postgres.ownerUrl,
    "--vkey",
    fault.vkey,
    "--json",
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(JSON.parse(stdout)).toMatchObject({
    before: 80,
    keys: 3,
    size: signed.size,
    rootHex: signed.root.toString("hex"),
  });
  await ledger.ready();
  // What a key signs that was retired since the backup is not taken after it either, and what the new one signs is.
  const [late] = former.sign([decisionEvent({ requestId: uuidv7(), decisionId: uuidv7() })]) as [SignedEvent];
  await fault.rig.enqueue([late]);
  await fault.record(next.sign([decisionEvent({ requestId: uuidv7(), decisionId: uuidv7() })]));
  await until(async () => {
    return (await fault.rig.quarantined()).some((one) => one.event_id === late.eventId) ? true : undefined;
  });
  await fault.record(fault.sign(5));
  expect(await fault.wrongWith(ledger, since)).toEqual([]);
});

test("B15 a copy of another history is refused, and nothing is changed", async () => {
  await ledger.end("SIGTERM");
  const before = await headOf(fault.rig.owner);
  await using other = await FaultRig.start();
  const twin = await other.start();
  await other.record(other.sign(300));
  await other.settled();
  const { code, stderr } = await fault.cli(
    "recover",
    await other.export(twin),
    "--database",
    postgres.ownerUrl,
    "--vkey",
    other.vkey,
  );
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("are not the copy's first") });
  expect(await headOf(fault.rig.owner)).toEqual(before);
});
