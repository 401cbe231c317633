import { recordedTerminal } from "@signalbox/infra/cli/recorded-terminal.ts";
import { runCli } from "@signalbox/infra/cli/run-cli.ts";
import { uuidv7 } from "@signalbox/kit";
import { SYSTEM_TENANT, type AdminEvent } from "@signalbox/proto";
import { EntryChecker, sha256Digest, rawPublicKey } from "@signalbox/tlog";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mayRecord } from "../../infra/cli/verify/may-record.ts";
import { createProducer, decisionEvent, type Producer, type SignedEvent } from "./ledger-events.ts";
import { startLedgerRig, until, type Leaf, type LedgerRig } from "./ledger-rig.ts";

let rig: LedgerRig;
beforeAll(async () => {
  rig = await startLedgerRig();
  await rig.start();
});
afterAll(() => rig[Symbol.asyncDispose]());

function digestOf({ publicKey }: Producer): string {
  return sha256Digest(rawPublicKey(publicKey));
}

function decisionBy(producer: Producer): SignedEvent {
  const [signed] = producer.sign([decisionEvent({ requestId: uuidv7(), decisionId: uuidv7() })]);
  if (signed === undefined) throw new Error("nothing was signed");
  return signed;
}

async function keyLeaves(atLeast: number): Promise<Leaf[]> {
  return await until(async () => {
    const found = (await rig.leaves(0)).filter(({ type }) => type === "key");
    return found.length >= atLeast ? found : undefined;
  });
}

test("a key that takes another's place, and its retirement, are leaves, and nothing signed by it follows", async () => {
  const [old, fresh] = [rig.policy, createProducer("policy", "p2")];
  await rig.owner.query(
    "insert into ledger_producer (key_id, service, public_key, added_by) values ($1, 'policy', $2, 'ops')",
    [fresh.keyId, rawPublicKey(fresh.publicKey)],
  );
  const [rotated] = await keyLeaves(1);
  const head = { schema: "signalbox.event.key.v1", tenant: SYSTEM_TENANT, requestId: null, role: "producer" };
  expect(rotated?.event).toMatchObject({
    ...head,
    name: "policy",
    change: "rotated",
    keyId: fresh.keyId,
    by: "ops",
    before: digestOf(old),
    after: digestOf(fresh),
  });
  // Both keys hold while they overlap.
  const both = [decisionBy(old), decisionBy(fresh)];
  await rig.enqueue(both);
  for (const { eventId } of both) expect(await rig.receipt(eventId)).toMatchObject({ status: "committed" });

  const terminal = recordedTerminal();
  const retire = ["signers", "retire", "--database", rig.db.ownerUrl, "--by", "ops"];
  expect(await runCli([...retire, old.keyId], terminal)).toBe(0);
  expect(await runCli([...retire, old.keyId], terminal)).toBe(1);
  // The only key of its service stays, for nothing more could be recorded without it.
  expect(await runCli([...retire, rig.dispatcher.keyId], terminal)).toBe(1);
  const [, retired] = await keyLeaves(2);
  expect(retired?.event).toMatchObject({
    ...head,
    change: "retired",
    keyId: old.keyId,
    before: digestOf(old),
    after: null,
  });
  const late = decisionBy(old);
  await rig.enqueue([late]);
  expect(await rig.receipt(late.eventId)).toMatchObject({ status: "quarantined", reason: "unknown-key" });
  await rig.enqueue([decisionBy(fresh)]);

  const leaves = await rig.leaves(5);
  const producers = new Map(
    [old, fresh, rig.own].map(({ keyId, service, publicKey: key }) => [keyId, { service, key }]),
  );
  const checker = new EntryChecker({ producers, mayRecord });
  expect(leaves.map(({ bytes, index }) => checker.check(index, bytes).kind)).toEqual(leaves.map(() => "sound"));
  expect(checker.check(leaves.length, late.envelope)).toMatchObject({
    kind: "faulty",
    reason: `its producer's key was retired at leaf ${retired?.index}`,
  });

  // A sequencer that starts anew says nothing of it a second time.
  await using second = await rig.start({ instance: "second" });
  expect(second.ports).toBeDefined();
  expect((await keyLeaves(2)).length).toBe(2);
});

test("an admin's change is a leaf of the line's own, from a service that may make such changes", async () => {
  const event: Omit<AdminEvent, "eventId" | "producer" | "atMs"> = {
    schema: "signalbox.event.admin.v1",
    tenant: SYSTEM_TENANT,
    requestId: null,
    object: "policy",
    change: "activated",
    id: "v1",
    of: null,
    by: "ops",
    before: null,
    after: sha256Digest("a policy"),
  };
  const policy = createProducer("policy", "p3");
  await rig.register(policy);
  const [change] = policy.sign([{ type: "admin", event }]);
  const [forged] = rig.dispatcher.sign([{ type: "admin", event }]);
  if (change === undefined || forged === undefined) throw new Error("nothing was signed");
  await rig.enqueue([change, forged]);
  expect(await rig.receipt(change.eventId)).toMatchObject({ status: "committed" });
  expect(await rig.receipt(forged.eventId)).toMatchObject({ status: "quarantined", reason: "wrong-producer" });
  expect((await rig.leaves(0)).at(-1)).toMatchObject({ type: "admin", requestId: null, event: { id: "v1" } });
});
