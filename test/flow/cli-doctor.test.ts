import { lineChecks } from "@signalbox/infra/cli/doctor/line.ts";
import type { Finding } from "@signalbox/infra/cli/doctor/check.ts";
import { eventSubject, HEALTH_SUBJECT, REQUEST_SUBJECTS } from "@signalbox/proto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshNats, type FreshNats } from "../kit/nats.ts";

const QUEUE_MAX = 4;

let nats: FreshNats;
beforeAll(async () => {
  nats = await freshNats({ auditMaxMessages: QUEUE_MAX });
});
afterAll(() => nats[Symbol.asyncDispose]());

/** What doctor says of one thing of a line whose NATS is this one. */
async function look(name: string): Promise<Finding> {
  const runtime = { baseUrl: "http://127.0.0.1:9", natsUrl: nats.operatorUrl };
  const check = lineChecks(runtime.baseUrl, runtime).find((each) => each.name === name);
  return check!.look();
}

test("a stage that nobody is, is named", async () => {
  const operator = await nats.connectAsOperator();
  for (const name of ["classify", "lookup", "dispatch"] as const) operator.subscribe(REQUEST_SUBJECTS[name]);
  await operator.flush();
  expect(await look("stages")).toMatchObject({ status: "fail", detail: "nobody listens as policy" });
  operator.subscribe(REQUEST_SUBJECTS.decide);
  await operator.flush();
  expect(await look("stages")).toMatchObject({ status: "ok", todo: null });
  await operator.close();
});

test("B11 endpoints that fail are named, and those whose provider does not accept the key with what to do", async () => {
  const operator = await nats.connectAsOperator();
  const known = { openUntilMs: 0, failuresInRow: 1, errorShare: 0, latencyMs: null, samples: 1 };
  let endpoints: object[] = [{ endpoint: "a/one", ...known }];
  operator.subscribe(HEALTH_SUBJECT, {
    callback: (_error, message) => {
      message.respond(JSON.stringify({ health: { schema: "signalbox.health.v1", endpoints } }));
    },
  });
  await operator.flush();
  expect(await look("endpoints")).toMatchObject({ status: "ok" });
  const open = { ...known, openUntilMs: Date.now() + 5_000 };
  endpoints = [
    { endpoint: "a/one", ...open },
    { endpoint: "b/two", ...known },
  ];
  expect(await look("endpoints")).toMatchObject({ status: "warn", detail: "no answers from a/one" });
  endpoints = [{ endpoint: "a/one", ...open }];
  expect(await look("endpoints")).toMatchObject({
    status: "fail",
    detail: expect.stringContaining("a/one, and of no other"),
  });
  endpoints = [{ endpoint: "a/one", ...known, unusable: "upstream-auth" }];
  const found = { status: "fail", detail: "unusable: a/one (upstream-auth)" };
  expect(await look("endpoints")).toMatchObject({
    ...found,
    todo: expect.stringContaining("correct the provider's key"),
  });
  await operator.close();
});

test("a queue that fills is a warning, and one that is full a failure", async () => {
  const operator = await nats.connectAsOperator();
  const stream = operator.jetstream();
  expect(await look("audit queue")).toMatchObject({ status: "ok" });
  for (let sent = 0; sent < QUEUE_MAX / 2; sent += 1) await stream.publish(eventSubject("decision", "default"), "x");
  expect(await look("audit queue")).toMatchObject({ status: "warn", detail: expect.stringContaining("50.0 %") });
  for (let sent = 0; sent < QUEUE_MAX / 2; sent += 1) await stream.publish(eventSubject("decision", "default"), "x");
  expect(await look("audit queue")).toMatchObject({ status: "fail", todo: expect.stringContaining("audit-ledger") });
  await operator.close();
});
