import {
  AUDIT_STREAM,
  HEALTH_SUBJECT,
  LEDGER_STREAM,
  REQUEST_SUBJECTS,
  eventSubject,
  heartbeatSubject,
  ledgerSubject,
  receiptSubject,
} from "@signalbox/proto";
import type { StageName } from "@signalbox/proto";
import type { NatsConnection } from "nats";
import { Events } from "nats";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshNats } from "../kit/nats.ts";
import type { FreshNats } from "../kit/nats.ts";
import { freshDatabase } from "../kit/postgres.ts";

let nats: FreshNats;
beforeAll(async () => {
  nats = await freshNats();
});
afterAll(() => nats[Symbol.asyncDispose]());

/** The server reports a refused publish or subscription on the connection, not to the call. */
async function refusals(stage: StageName, act: (nc: NatsConnection) => void): Promise<string[]> {
  const nc = await nats.connectAs(stage);
  const seen: string[] = [];
  void (async () => {
    for await (const status of nc.status()) {
      if (status.type === Events.Error) seen.push(JSON.stringify(status.permissionContext ?? status.data));
    }
  })();
  act(nc);
  await nc.flush();
  await nc.flush();
  await nc.close();
  return seen;
}

test("B15 the classifier's credential cannot publish an audit event", async () => {
  const subject = eventSubject("decision", "default");
  expect(await refusals("classifier", (nc) => nc.publish(subject, "{}"))).toEqual([expect.stringContaining(subject)]);
  const operator = await nats.connectAsOperator();
  const info = await (await operator.jetstreamManager()).streams.info(AUDIT_STREAM.name);
  await operator.close();
  expect(info.state.messages).toBe(0);
});

test.each<[StageName, string]>([
  ["ingress", REQUEST_SUBJECTS.dispatch],
  ["ingress", eventSubject("decision", "default")],
  ["cache", eventSubject("outcome", "default")],
  ["policy", eventSubject("outcome", "default")],
  ["dispatcher", eventSubject("decision", "default")],
  ["dispatcher", REQUEST_SUBJECTS.decide],
  ["policy", ledgerSubject("decision", "default")],
  ["ingress", receiptSubject("x")],
  ["ingress", HEALTH_SUBJECT],
  ["ingress", heartbeatSubject("ingress", "x")],
  ["audit-ledger", REQUEST_SUBJECTS.dispatch],
  ["audit-ledger", `$JS.API.STREAM.DELETE.${AUDIT_STREAM.name}`],
  ["policy", `$JS.API.STREAM.PURGE.${AUDIT_STREAM.name}`],
  ["policy", `$JS.API.CONSUMER.CREATE.${LEDGER_STREAM.name}.mine.${ledgerSubject("decision", "*")}`],
  ["policy", `$JS.API.CONSUMER.CREATE.${LEDGER_STREAM.name}.mine`],
])("%s may not publish %s", async (stage, subject) => {
  expect(await refusals(stage, (nc) => nc.publish(subject, "{}"))).toEqual([expect.stringContaining(subject)]);
});

test.each<[StageName, string]>([
  ["classifier", "_INBOX_ingress.>"],
  ["cache", REQUEST_SUBJECTS.classify],
  ["dispatcher", eventSubject("decision", "*")],
  ["ingress", ledgerSubject("outcome", "*")],
  ["cache", ledgerSubject("outcome", "*")],
  ["policy", "$JS.ACK.>"],
])("%s may not listen on %s", async (stage, subject) => {
  expect(await refusals(stage, (nc) => void nc.subscribe(subject))).toEqual([expect.stringContaining(subject)]);
});

test("a client without a credential is turned away", async () => {
  const { connect } = await import("nats");
  await expect(connect({ servers: nats.url, reconnect: false })).rejects.toThrow(/auth/i);
});

test("a service's role enters its database and owns nothing there", async () => {
  await using db = await freshDatabase();
  for (const role of ["ingress", "cache", "policy", "audit-ledger"] as const) {
    const client = new Client({ connectionString: db.urlFor(role) });
    await client.connect();
    await expect(client.query("create table mine (id int)")).rejects.toThrow("permission denied for schema public");
    await expect(client.query("create temporary table mine (id int)")).rejects.toThrow("permission denied");
    await client.end();
  }
});
