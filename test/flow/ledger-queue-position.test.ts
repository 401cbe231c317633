import { DEFAULT_STREAM_LIMITS, ensureStreams } from "@signalbox/infra/nats/streams.ts";
import { LEDGER_CONSUMER, connectBus, consumerPosition, createLogger, encodeAuditMessage } from "@signalbox/kit";
import { AUDIT_STREAM, eventSubject } from "@signalbox/proto";
import { expect, test } from "vitest";
import { freshNats } from "../kit/nats.ts";

test.each(["audit-ledger", "policy"] as const)(
  "messages that were deleted by hand are to %s neither yet to come nor dealt with",
  async (service) => {
    await using nats = await freshNats();
    const log = createLogger(service, { logLevel: "silent", instance: "one" });
    await using bus = await connectBus(service, { instance: "one", nats: nats.credentialsFor(service) }, log);
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
  },
);

test("a consumer whose state NATS kept in files is made anew in memory, and what it had not done is still to do", async () => {
  await using nats = await freshNats();
  const operator = await nats.connectAsOperator();
  const manager = await operator.jetstreamManager();
  const { name, consumer } = AUDIT_STREAM;
  await manager.consumers.delete(name, consumer);
  await manager.consumers.add(name, { ...LEDGER_CONSUMER, mem_storage: false });
  const body = encodeAuditMessage([{ envelope: Buffer.from("{}"), labels: null }]);
  for (let sent = 0; sent < 2; sent += 1) await operator.request(eventSubject("decision", "default"), body);
  await (await (await operator.jetstream().consumers.get(name, consumer)).next())?.ackAck();
  await ensureStreams(nats.operatorUrl, DEFAULT_STREAM_LIMITS);
  const { config, num_pending: pending } = await manager.consumers.info(name, consumer);
  expect(config.mem_storage).toBe(true);
  expect(pending).toBe(1);
  await operator.close();
});
