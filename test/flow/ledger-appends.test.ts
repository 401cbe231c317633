import { uuidv7, encodeAuditMessage } from "@signalbox/kit";
import { AUDIT_STREAM, eventSubject, LedgerEntries, ledgerSubject } from "@signalbox/proto";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createProducer, decisionEvent, outcomeEvent } from "./ledger-events.ts";
import { headOf, rootOf, startLedgerRig, until, type LedgerRig } from "./ledger-rig.ts";

let rig: LedgerRig;
beforeAll(async () => {
  rig = await startLedgerRig();
  await rig.start();
});
afterAll(() => rig[Symbol.asyncDispose]());

function request(): { requestId: string; decisionId: string } {
  return { requestId: uuidv7(), decisionId: uuidv7() };
}

test("a request's events become leaves with dense indexes, the exact signed bytes, and the root over them", async () => {
  const requests = Array.from({ length: 40 }, request);
  const decisions = rig.policy.sign(requests.map(decisionEvent));
  const outcomes = rig.dispatcher.sign(requests.map((ids) => outcomeEvent(ids)));
  await rig.enqueue(decisions);
  await rig.enqueue(outcomes);
  const leaves = await rig.leaves(80);
  expect(leaves.map(({ index }) => index)).toEqual(leaves.map((_, at) => at));
  expect(leaves.map(({ bytes }) => bytes)).toEqual([...decisions, ...outcomes].map(({ envelope }) => envelope));
  expect(await headOf(rig.owner)).toEqual({ size: 80, root: rootOf(leaves) });
  expect(await rig.receipt((outcomes[39] as { eventId: string }).eventId)).toMatchObject({
    status: "committed",
    index: 79,
  });
});

test("committed entries are published with their index and the event as it was signed", async () => {
  const ids = request();
  const messages = rig.operator.subscribe(ledgerSubject("decision", "acme"), { max: 1 });
  await rig.enqueue(rig.policy.sign([decisionEvent({ ...ids, tenant: "acme" })]));
  for await (const message of messages) {
    const { entries } = LedgerEntries.parse(message.json());
    expect(entries).toMatchObject([{ type: "decision", tenant: "acme", event: { decisionId: ids.decisionId } }]);
  }
});

test("B15 the same event sent three times is one leaf, and each time the receipt names the same place", async () => {
  const before = await headOf(rig.owner);
  const [event] = rig.policy.sign([decisionEvent(request())]);
  if (event === undefined) throw new Error("nothing was signed");
  for (let time = 0; time < 3; time += 1) {
    await rig.enqueue(time === 1 ? [event, event] : [event]);
    expect(await rig.receipt(event.eventId)).toEqual({
      status: "committed",
      eventId: event.eventId,
      index: before.size,
    });
  }
  expect((await headOf(rig.owner)).size).toBe(before.size + 1);
});

test("B15 the same event id with other bytes is kept aside, and the first leaf stands", async () => {
  const ids = request();
  const [first] = rig.policy.sign([decisionEvent(ids)]);
  if (first === undefined) throw new Error("nothing was signed");
  // A second policy process that, by a defect, draws the same id.
  const twin = createProducer("policy", "twin");
  await rig.register(twin);
  const { event } = decisionEvent({ ...ids, keyId: "another" });
  const stamp = { eventId: first.eventId, producer: { service: "policy", instance: "twin", seq: 1 }, atMs: 1 };
  const { canonicalize, signEvents } = await import("@signalbox/tlog");
  const { PAYLOAD_TYPES } = await import("@signalbox/proto");
  const payload = Buffer.from(canonicalize({ ...event, ...stamp }));
  const [envelope] = signEvents([{ payloadType: PAYLOAD_TYPES.decision, payload }], twin);
  await rig.enqueue([first]);
  expect(await rig.receipt(first.eventId)).toMatchObject({ status: "committed" });
  await rig.enqueue([{ ...first, envelope: envelope as Buffer }]);
  expect(await rig.receipt(first.eventId)).toMatchObject({ status: "quarantined", reason: "event-id-conflict" });
  const leaves = (await rig.leaves(1)).filter(({ eventId }) => eventId === first.eventId);
  expect(leaves.map(({ bytes }) => bytes)).toEqual([first.envelope]);
});

test("B15 a second outcome of a request is kept aside: the first one wins", async () => {
  const ids = request();
  const [first, second] = rig.dispatcher.sign([outcomeEvent(ids), outcomeEvent({ ...ids, endpoint: "other/model" })]);
  if (first === undefined || second === undefined) throw new Error("nothing was signed");
  await rig.enqueue(rig.policy.sign([decisionEvent(ids)]));
  await rig.enqueue([first, second]);
  expect(await rig.receipt(second.eventId)).toMatchObject({ status: "quarantined", reason: "second-outcome" });
  expect(await rig.receipt(first.eventId)).toMatchObject({ status: "committed" });
  expect(await rig.quarantined()).toContainEqual({ reason: "second-outcome", event_id: second.eventId });
});

test("B15 an event is kept aside when its signature, its producer or its tenant is not what it says", async () => {
  const ids = request();
  const stranger = createProducer("policy", "stranger");
  const [good] = rig.policy.sign([decisionEvent(ids)]);
  const [forged] = rig.policy.sign([decisionEvent(request())]);
  const [unknown] = stranger.sign([decisionEvent(ids)]);
  // The dispatcher's key may not sign decisions.
  const [foreign] = rig.dispatcher.sign([decisionEvent(ids)]);
  const [elsewhere] = rig.policy.sign([decisionEvent({ ...request(), tenant: "acme" })]);
  if (!good || !forged || !unknown || !foreign || !elsewhere) throw new Error("nothing was signed");
  const swapped = Buffer.from(forged.envelope)
    .toString("latin1")
    .replace(/"sig":"(.)/, (_, first: string) => `"sig":"${first === "A" ? "B" : "A"}`);
  await rig.enqueue([
    { ...forged, envelope: Buffer.from(swapped, "latin1") },
    unknown,
    foreign,
    { ...elsewhere, tenant: "default" },
    good,
  ]);
  expect(await rig.receipt(good.eventId)).toMatchObject({ status: "committed" });
  expect(await rig.receipt(unknown.eventId)).toMatchObject({ status: "quarantined", reason: "unknown-key" });
  expect(await rig.receipt(foreign.eventId)).toMatchObject({ status: "quarantined", reason: "wrong-producer" });
  expect(await rig.receipt(elsewhere.eventId)).toMatchObject({ status: "quarantined", reason: "inconsistent" });
  expect(await rig.receipt(forged.eventId)).toMatchObject({ status: "quarantined", reason: "bad-signature" });
});

test("labels of a request that came before an erasure are not written, however late they come", async () => {
  const [adas, beas] = [request(), request()];
  const erased = [uuidv7(), "default", "ada@example.org", uuidv7(0), uuidv7(Date.now() + 1)];
  await rig.owner.query("select erase($1, $2, null, $3, $4, $5)", erased);
  await rig.enqueue(rig.policy.sign([decisionEvent(adas)]), { user: "ada@example.org", tags: ["a"] });
  const bea = rig.policy.sign([decisionEvent(beas)]);
  await rig.enqueue(bea, { user: "bea@example.org" });
  expect(await rig.receipt(bea[0]!.eventId)).toMatchObject({ status: "committed" });
  const { rows } = await rig.owner.query("select request_id from ledger_label");
  expect(rows.map(({ request_id: id }) => id as string)).toEqual([beas.requestId]);
});

test("what is no event at all is kept aside and stops nothing", async () => {
  const [good] = rig.policy.sign([decisionEvent(request())]);
  if (good === undefined) throw new Error("nothing was signed");
  const subject = eventSubject("decision", "default");
  for (const poison of ["", "\n\n", "{}\n\n", '{"payload":1}\nnot json\n', "\u0000\u00ff"]) {
    await rig.operator.request(subject, Buffer.from(poison, "latin1"));
  }
  // Three events in a message: the middle one is nothing.
  const envelopes = [good.envelope, Buffer.from("nothing"), good.envelope];
  await rig.operator.request(subject, encodeAuditMessage(envelopes.map((envelope) => ({ envelope, labels: null }))));
  expect(await rig.receipt(good.eventId)).toMatchObject({ status: "committed" });
  const manager = await rig.operator.jetstreamManager();
  const info = await manager.consumers.info(AUDIT_STREAM.name, AUDIT_STREAM.consumer);
  expect([info.num_pending, info.num_ack_pending]).toEqual([0, 0]);
});

test("text that Postgres cannot hold stays in the leaf and does not stop the queue", async () => {
  const [event] = rig.policy.sign([decisionEvent({ ...request(), keyId: 'a\u0000"\\b', model: "\u0000" })]);
  if (event === undefined) throw new Error("nothing was signed");
  await rig.enqueue([event], { user: "u\u0000", metadata: { "k\u0000": "\ud800" }, tags: ['"', "\\", "{}"] });
  expect(await rig.receipt(event.eventId)).toMatchObject({ status: "committed" });
  const leaf = (await rig.leaves(1)).find(({ eventId }) => eventId === event.eventId);
  expect(leaf?.bytes).toEqual(event.envelope);
});

test("the ledger's role can neither change nor remove a leaf, and even the owner's update is refused", async () => {
  const role = new Client({ connectionString: rig.db.urlFor("audit-ledger") });
  await role.connect();
  for (const statement of [
    "update ledger_leaf set tenant = 'x' where idx = 0",
    "delete from ledger_leaf where idx = 0",
    "truncate ledger_leaf",
    "delete from ledger_leaf_0",
    "delete from ledger_event",
    "update ledger_request set decision_id = null",
    "update ledger_checkpoint set note = ''",
    "delete from ledger_quarantine",
    "delete from ledger_head",
    "insert into ledger_producer values ('k', 'policy', '')",
    "alter table ledger_leaf disable trigger all",
    "drop table ledger_leaf",
  ]) {
    await expect(role.query(statement)).rejects.toThrow(/permission denied|must be owner/);
  }
  await expect(role.query("update ledger_head set size = size - 1, open_from = 0")).rejects.toThrow("only grows");
  await role.end();
  for (const statement of [
    "update ledger_leaf set tenant = 'x' where idx = 0",
    "delete from ledger_leaf where idx = 0",
    "truncate ledger_leaf",
    "truncate ledger_leaf_0",
    "delete from ledger_head",
  ]) {
    await expect(rig.owner.query(statement)).rejects.toThrow("append-only");
  }
});

test("at the end of it all the head is the root over the rows", async () => {
  const leaves = await rig.leaves(1);
  expect(leaves.map(({ index }) => index)).toEqual(leaves.map((_, at) => at));
  expect(await headOf(rig.owner)).toEqual({ size: leaves.length, root: rootOf(leaves) });
});

test("a register that grows out of its first statistics is not read through for each batch", async () => {
  await using young = await startLedgerRig();
  await young.start();
  // Some small batches, after which a prepared statement keeps its plan, and some large ones.
  for (const count of [1, 1, 1, 1, 1, 1, 256, 256]) {
    await young.owner.query("analyze ledger_event");
    const events = young.policy.sign(Array.from({ length: count }, () => decisionEvent(request())));
    await young.enqueue(events);
    await young.receipt(events.at(-1)?.eventId ?? "");
  }
  // A session tells its figures once a second, and the sequencer's asks something each second.
  const told = await until(async () => {
    const { rows } = await young.owner.query<{ seq_scan: string; n_tup_ins: string }>(
      "select seq_scan, n_tup_ins from pg_stat_user_tables where relname = 'ledger_event'",
    );
    return Number(rows[0]?.n_tup_ins) >= 518 ? rows[0] : undefined;
  });
  expect(told.seq_scan).toBe("0");
});
