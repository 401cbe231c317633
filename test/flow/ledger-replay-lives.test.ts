import { uuidv7 } from "@signalbox/kit";
import { sha256Digest } from "@signalbox/tlog";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "./ledger-rig.ts";
import { ALL, startReplayRig, type ReplayRig } from "./replay-rig.ts";
import { decisionIn, ENGINE } from "./small-engine.ts";

/*
 * Goal: a job's end is known and recorded, whatever becomes of its ledger; no tenant takes all room; and a diff decides by
 * the engine of the version that runs.
 */

let replays: ReplayRig;
beforeAll(async () => {
  replays = await startReplayRig();
  await replays.record(Array.from({ length: 120 }, () => decisionIn("en")));
  // An engine that takes its time, so that jobs are there to be ended; it is kept last.
  await replays.keep("engine", ENGINE.replace("const { refused", "for (let n = 0; n < 3e7; n += 1); const { refused"));
});
afterAll(() => replays[Symbol.asyncDispose]());

test("a tenant runs one replay at a time; those that end with their ledger are told as failed, and recorded", async () => {
  const order = { ...ALL, kind: "diff" } as const;
  const [own, all] = [await replays.ask({ order }, "ingress"), await replays.ask({ order }, "operator")];
  await expect(replays.ask({ order }, "ingress")).rejects.toMatchObject({
    details: expect.stringContaining("this tenant"),
  });
  await replays.stop();
  // A ledger that is killed leaves its job behind as one that runs.
  const killed = uuidv7();
  await replays.rig.owner.query(
    `insert into replay_job (id, tenant, state, job, updated_at)
     select $1::uuid, null, 'running', job || jsonb_build_object('id', $1::uuid, 'state', 'running', 'error', null),
       now() - interval '31 s' from replay_job where id = $2`,
    [killed, all.id],
  );
  await replays.restart();
  for (const id of [own.id, all.id, killed]) {
    const job = await replays.ask({ id }, "operator");
    expect(job).toMatchObject({ state: "failed", error: "The ledger that ran it has stopped. Start it again." });
    await until(async () => (await replays.rig.leaves(0)).find(({ event }) => event["jobId"] === id));
  }
}, 60_000);

test("after a return to an earlier version a diff decides by that version's engine, though a later one was kept", async () => {
  const from = (await replays.rig.leaves(0)).length;
  const { rows } = await replays.rig.owner.query(
    "select digest from document where kind = 'engine' order by created_at desc limit 1",
  );
  expect(rows[0].digest).not.toBe(sha256Digest(ENGINE));
  await replays.record([decisionIn("en")]);
  expect(await replays.finished({ kind: "diff", fromIndex: from })).toMatchObject({
    engine: sha256Digest(ENGINE),
    identical: 1,
  });
});
