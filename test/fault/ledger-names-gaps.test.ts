import { uuidv7 } from "@signalbox/kit";
import { ledgerSubject, LedgerEntries, SYSTEM_TENANT } from "@signalbox/proto";
import { verifyEnvelope } from "@signalbox/tlog";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkRegister } from "../../infra/cli/fsck/check-register.ts";
import { decisionEvent, type SignedEvent } from "../flow/ledger-events.ts";
import { headOf, rootOf, startLedgerRig, until, type Leaf, type Ledger, type LedgerRig } from "../flow/ledger-rig.ts";

const GAP_AFTER_MS = 10_000;

let rig: LedgerRig;
let ledger: Ledger;
beforeAll(async () => {
  rig = await startLedgerRig();
  ledger = await rig.start({ gapAfterMs: GAP_AFTER_MS });
});
afterAll(() => rig[Symbol.asyncDispose]());

function decisions(count: number): SignedEvent[] {
  const parts = Array.from({ length: count }, () => ({ requestId: uuidv7(), decisionId: uuidv7() }));
  return rig.policy.sign(parts.map(decisionEvent));
}

async function gaps(atLeast: number): Promise<Leaf[]> {
  return await until(async () => {
    const found = (await rig.leaves(0)).filter(({ type }) => type === "gap");
    return found.length >= atLeast ? found : undefined;
  }, 40_000);
}

test("events that a producer numbered and that never came are named in a leaf, over a restart, and may still come", async () => {
  const [first, second, third, fourth, fifth] = decisions(5);
  if (!first || !second || !third || !fourth || !fifth) throw new Error("nothing was signed");
  const messages = rig.operator.subscribe(ledgerSubject("gap", SYSTEM_TENANT));
  await rig.operator.flush();
  await rig.enqueue([first, third, fifth]);
  await rig.leaves(3);

  // The next sequencer finds the holes in the database, and gives what is missing its time again.
  await ledger[Symbol.asyncDispose]();
  ledger = await rig.start({ gapAfterMs: GAP_AFTER_MS });
  const startedAtMs = performance.now();
  await rig.enqueue([fourth]);
  const [gap] = await gaps(1);
  expect(performance.now() - startedAtMs).toBeGreaterThan(GAP_AFTER_MS);
  expect(gap).toMatchObject({
    requestId: null,
    decisionId: null,
    event: {
      schema: "signalbox.event.gap.v1",
      tenant: SYSTEM_TENANT,
      requestId: null,
      service: "policy",
      instance: "policy",
      missing: [{ first: 2, last: 2 }],
    },
  });
  expect(verifyEnvelope(gap?.bytes ?? Buffer.alloc(0), new Map([[rig.own.keyId, rig.own.publicKey]])).ok).toBe(true);
  for await (const message of messages) {
    expect(LedgerEntries.parse(message.json()).entries).toMatchObject([{ index: gap?.index, type: "gap" }]);
    break;
  }

  await rig.enqueue([second]);
  expect(await rig.receipt(second.eventId)).toMatchObject({ status: "committed", index: 5 });
  const leaves = await rig.leaves(6);
  expect(leaves.map(({ type }) => type)).toEqual(["decision", "decision", "decision", "decision", "gap", "decision"]);
  expect(await headOf(rig.owner)).toEqual({ size: 6, root: rootOf(leaves) });
  const { rows } = await rig.owner.query("select settled::text from ledger_sequence");
  expect(rows).toEqual([{ settled: "{[1,6)}" }]);

  await using client = Object.assign(new Client({ connectionString: rig.db.ownerUrl }), {
    [Symbol.asyncDispose]: () => client.end(),
  });
  await client.connect();
  const checked = await checkRegister({ client, verifiers: [], signedHead: null, onProgress: () => {} });
  expect(checked.findings.listed).toEqual([]);
}, 60_000);
