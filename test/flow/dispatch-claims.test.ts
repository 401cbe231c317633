import { credentials, Metadata, status } from "@grpc/grpc-js";
import { heartbeatSubject, type Heartbeat } from "@signalbox/proto";
import { DispatcherClient } from "@signalbox/proto/grpc/dispatcher";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { streamed, whole } from "../kit/upstream.ts";
import { CHAT, type DispatchRig, startDispatchRig } from "./dispatch-rig.ts";

let rig: DispatchRig;
beforeAll(async () => {
  rig = await startDispatchRig({ limits: { inFlightMax: 2 }, instance: "tested" });
});
afterAll(() => rig[Symbol.asyncDispose]());

type Claimed = { address: string; claim: string };

describe("a claim", () => {
  test("is good for one body", async () => {
    const claimed = (await rig.claim()) as unknown as Claimed;
    rig.one.next(whole("once"));
    expect((await rig.dispatch(claimed, CHAT).exchange).text).toContain("once");
    const again = await rig.dispatch(claimed, CHAT).exchange;
    expect([again.refused?.code, again.frames]).toEqual([status.NOT_FOUND, []]);
  });

  test("that was never given out is refused, and nothing is recorded", async () => {
    const { address } = (await rig.claim()) as unknown as Claimed;
    const before = rig.one.received.length;
    const { refused } = await rig.dispatch({ address, claim: "guess" }, CHAT).exchange;
    expect([refused?.code, rig.one.received.length]).toEqual([status.NOT_FOUND, before]);
  });

  test("is worth nothing to a caller that is not ingress", async () => {
    const { address, claim } = (await rig.claim()) as unknown as Claimed;
    const client = new DispatcherClient(address, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set("authorization", "Bearer somebody");
    const code = await new Promise((resolve) => {
      client
        .dispatch(
          {
            claim,
            body: Buffer.from("{}"),
            traceparent: "",
            labelsJson: "",
            envelopeJson: "",
            redactionJson: "",
            lostBefore: false,
          },
          metadata,
        )
        .on("error", (error: { code: number }) => resolve(error.code))
        .on("data", () => {});
    });
    client.close();
    expect(code).toBe(status.UNAUTHENTICATED);
  });

  test("is not given out beyond the limit: the request is refused as overloaded", async () => {
    const replies = [await rig.claim(), await rig.claim()];
    const refused = replies.find((reply) => reply.kind === "failed");
    expect(refused).toMatchObject({
      error: { code: "overloaded", details: { stage: "dispatcher", retryAfterMs: 1_000 } },
    });
  });
});

test("an order whose caller has been answered is dropped", async () => {
  await expect(rig.claim({ deadlineInMs: -1 }, 500)).rejects.toThrow("no reply");
});

test("the heartbeat names what is claimed or in execution", async () => {
  await using own = await startDispatchRig({ instance: "beating" });
  const beats: string[][] = [];
  own.operator.subscribe(heartbeatSubject("dispatcher", "beating"), {
    callback: (_error, message) => void beats.push(message.json<Heartbeat>().requestIds),
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  own.one.next({ before: [{ until: promise }], ...streamed("late") });
  const sent = await own.send({ ...CHAT, stream: true });
  await expect.poll(() => beats.some((ids) => ids.includes(sent.requestId)), { timeout: 4_000 }).toBe(true);
  resolve();
  expect((await sent.exchange).error).toBeNull();
  const before = beats.length;
  await expect.poll(() => beats.slice(before).some((ids) => ids.length === 0), { timeout: 4_000 }).toBe(true);
});
