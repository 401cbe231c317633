import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { serverUser } from "@signalbox/infra/postgres/server-user.ts";
import { withClient } from "@signalbox/infra/postgres/with-client.ts";
import { encodeAuditMessage, uuidv7 } from "@signalbox/kit";
import { AUDIT_STREAM, eventSubject } from "@signalbox/proto";
import { afterEach, expect, test } from "vitest";
import { DECISION, decisionEvent, type SignedEvent } from "../flow/ledger-events.ts";
import { until } from "../flow/ledger-rig.ts";
import { freshNats } from "../kit/nats.ts";
import { FaultRig } from "./ledger-fault-rig.ts";
import { startOwnPostgres, type OwnPostgres } from "./own-postgres.ts";

/*
 * Goal: a full disk refuses and drops nothing. The leaves' table stands on a disk of a few megabytes, which grows when
 * it has been full for a while; the queue has used up the room that it may use.
 */

const DISK_BYTES = 8 * 1024 ** 2;
const GROWN_BYTES = 256 * 1024 ** 2;
/** Of 45 KB each: more than twice what the disk holds. */
const LARGE_EVENTS = 400;
const QUEUE_MAX_BYTES = 2 * 1024 ** 2;

/** A disk that can be made larger. */
type SmallDisk = AsyncDisposable & { grow(): void };

let fault: FaultRig;
afterEach(() => fault[Symbol.asyncDispose]());

/** A decision of about 45 KB. */
function signLarge(count: number): SignedEvent[] {
  const propensities = Array.from({ length: 120 }, (_, at) => {
    return { endpoint: `simulator/${"m".repeat(220)}${at}`, propensity: 8_333 };
  });
  const decision = { ...DECISION, propensities };
  const parts = Array.from({ length: count }, () => ({ requestId: uuidv7(), decisionId: uuidv7(), decision }));
  return fault.rig.policy.sign(parts.map(decisionEvent));
}

test("B13 while PostgreSQL's disk is full nothing is acknowledged, and then all of it is there", async ({ skip }) => {
  const postgres = await startOwnPostgres();
  fault = await FaultRig.start({ db: postgres });
  await using disk = await smallDisk(postgres);
  if (disk === null) {
    skip("only root may mount a small disk");
    return;
  }
  const ledger = await fault.start();
  await fault.record(fault.sign(10));
  const since = await fault.keepCheckpoint(ledger);
  for (let sent = 0; sent < LARGE_EVENTS; sent += 10) await fault.record(signLarge(10));
  await until(() => (ledger.said.includes("No space left on device") ? true : undefined), 60_000);
  const stoodAt = await fault.size();
  await sleep(2_000);
  expect(await fault.size()).toBe(stoodAt);
  const manager = await fault.rig.operator.jetstreamManager();
  expect((await manager.streams.info(AUDIT_STREAM.name)).state.messages).toBeGreaterThan(0);
  disk.grow();
  expect(await fault.wrongWith(ledger, since)).toEqual([]);
  expect(await fault.rig.quarantined()).toEqual([]);
  await fault[Symbol.asyncDispose]();
});

test("B13 a queue that has no room refuses events, keeps those that it took, and takes more when there is room", async () => {
  fault = await FaultRig.start({ nats: await freshNats({ auditMaxBytes: QUEUE_MAX_BYTES }) });
  const first = await fault.start();
  await fault.record(fault.sign(10));
  const since = await fault.keepCheckpoint(first);
  await first.end("SIGTERM");
  const events = signLarge(100);
  let refused = 0;
  for (const event of events) {
    const payload = encodeAuditMessage([{ envelope: event.envelope, labels: null }]);
    if ((await fault.publish(eventSubject(event.type, event.tenant), payload)) === undefined) refused += 1;
    else fault.acknowledged.set(event.eventId, event);
  }
  expect(refused).toBeGreaterThan(10);
  expect(refused).toBeLessThan(events.length);
  const ledger = await fault.start();
  await fault.settled();
  // Those that were refused are sent again now.
  for (const event of events) await fault.record([event]);
  expect(await fault.wrongWith(ledger, since)).toEqual([]);
});

/** The leaves' table goes onto a disk of its own. Null where this process may not mount one. */
async function smallDisk(postgres: OwnPostgres): Promise<SmallDisk | null> {
  const user = serverUser();
  if (user.kind === "self") return null;
  const dir = await mkdtemp(join(tmpdir(), "signalbox-disk-"));
  const options = `size=${DISK_BYTES},uid=${user.uid},gid=${user.gid},mode=0700`;
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", dir], { stdio: "ignore" });
  } catch {
    await rm(dir, { recursive: true });
    return null;
  }
  await withClient(postgres.superUrl, async (client) => {
    await client.query(`create tablespace small location '${dir}'`);
    await client.query("alter table ledger_leaf_0 set tablespace small");
  });
  return {
    grow: () => void execFileSync("mount", ["-o", `remount,size=${GROWN_BYTES}`, dir]),
    async [Symbol.asyncDispose]() {
      execFileSync("umount", ["--lazy", dir]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}
