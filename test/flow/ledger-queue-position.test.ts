import { connectBus, createLogger, encodeAuditMessage } from "@signalbox/kit";
import { AUDIT_STREAM, eventSubject } from "@signalbox/proto";
import { expect, test } from "vitest";
import { consumerPosition } from "../../services/audit-ledger/src/queue/consumer-position.ts";
import { freshNats } from "../kit/nats.ts";

test("messages that were deleted by hand are not taken for ones that are yet to come, nor others for dealt with", async () => {
  await using nats = await freshNats();
  const log = createLogger("audit-ledger", { level: "silent", instance: "one" });
  const options = { service: "audit-ledger", instance: "one", nats: nats.credentialsFor("audit-ledger"), log };
  await using bus = await connectBus(options);
  const operator = await nats.connectAsOperator();
  const manager = await operator.jetstreamManager();
  const subject = eventSubject("decision", "default");
  const body = encodeAuditMessage([{ envelope: Buffer.from("{}"), labels: null }]);
  expect(await consumerPosition(bus)).toEqual({ last: 0, done: 0 });
  for (let sent = 0; sent < 6; sent += 1) await operator.request(subject, body);
  for (const sequence of [1, 2, 6]) await manager.streams.deleteMessage(AUDIT_STREAM.name, sequence);
  expect(await consumerPosition(bus)).toEqual({ last: 6, done: 0 });
  const consumer = await operator.jetstream().consumers.get(AUDIT_STREAM.name, AUDIT_STREAM.consumer);
  // One of the three that are left: two are still in the queue.
  const first = await consumer.next();
  expect(await consumerPosition(bus)).toMatchObject({ last: 6, done: 0 });
  await first?.ackAck();
  expect(await consumerPosition(bus)).toEqual({ last: 6, done: 3 });
  for (let left = 0; left < 2; left += 1) await (await consumer.next())?.ackAck();
  expect(await consumerPosition(bus)).toEqual({ last: 6, done: 6 });
  await operator.close();
});
