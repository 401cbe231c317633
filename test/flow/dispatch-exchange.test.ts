import { credentials, Metadata, type ClientDuplexStream } from "@grpc/grpc-js";
import {
  DispatcherClient,
  type ExchangeFrame,
  type ExchangeFrames,
  type ExchangeRequest,
  type ExchangeRequests,
} from "@signalbox/proto/grpc/dispatcher";
import { afterEach, beforeEach, expect, test } from "vitest";
import { delta, DONE, usageChunk, whole } from "../kit/upstream.ts";
import { CHAT, startDispatchRig, type DispatchRig } from "./dispatch-rig.ts";

const WINDOW_BYTES = 256 * 1024;

type Step = NonNullable<ExchangeFrame["step"]>;

let rig: DispatchRig;
beforeEach(async () => {
  rig = await startDispatchRig();
});
afterEach(() => rig[Symbol.asyncDispose]());

test("many requests travel over one call, and each answer comes under its own id", async () => {
  using shared = open(await claim(), "ingress-token");
  const claims = await Promise.all(Array.from({ length: 8 }, () => claim()));
  shared.send(...claims.map(({ claim: each }, index) => start(index + 1, each)));
  for (let id = 1; id <= claims.length; id += 1) {
    const steps = await shared.until(id, "final");
    expect(steps).toEqual(["serving", "content", "closing", "final"]);
  }
  expect(rig.one.received).toHaveLength(claims.length);
});

test("a guessed claim and a used one are refused without an end of the call", async () => {
  const { address, claim: good } = await claim();
  using shared = open({ address }, "ingress-token");
  shared.send(start(1, "guess"), start(2, good));
  await shared.until(2, "final");
  shared.send(start(3, good));
  expect(await shared.until(3, "refused")).toEqual(["refused"]);
  expect(await shared.until(1, "refused")).toEqual(["refused"]);
});

test("B3 a cancelled request takes the provider's with it, and the others go on", async () => {
  rig.one.always({ before: [{ waitMs: 30_000 }], steps: [] });
  const [left, stays] = [await claim(), await claim()];
  using shared = open(left, "ingress-token");
  shared.send(start(1, left.claim), start(2, stays.claim));
  await rig.one.arrived(2);
  shared.send({ id: 1, step: { $case: "cancel", value: {} } });
  expect(await rig.outcomeOf(left.requestId)).toMatchObject({ result: "client-aborted" });
  expect(rig.outcomeCount(stays.requestId)).toBe(0);
});

test("B3 the end of the call is the end of its requests", async () => {
  rig.one.always({ before: [{ waitMs: 30_000 }], steps: [] });
  const order = await claim();
  const shared = open(order, "ingress-token");
  shared.send(start(1, order.claim));
  await rig.one.arrived(1);
  shared[Symbol.dispose]();
  expect(await rig.outcomeOf(order.requestId)).toMatchObject({ result: "client-aborted" });
});

test("a stop gives out the answers that are under way, and then ends the call", async () => {
  rig.one.always({ ...whole("Hello"), before: [{ waitMs: 300 }] });
  const order = await claim();
  using shared = open(order, "ingress-token");
  shared.send(start(1, order.claim));
  await rig.one.arrived(1);
  await rig.service[Symbol.asyncDispose]();
  expect(await shared.until(1, "final")).toContain("content");
  await shared.ended;
});

test("B12 one slow reader holds its own stream back, and no other's", async () => {
  const piece = "y".repeat(32 * 1024);
  const pieces = Array.from({ length: 64 }, () => delta({ content: piece }));
  rig.one.always({ steps: [...pieces, delta({}, "stop"), usageChunk(), DONE] });
  const [slow, quick] = [await claim(true), await claim(true)];
  using shared = open(slow, "ingress-token");
  shared.send(start(1, slow.claim, true));
  await expect.poll(() => shared.contentBytes(1), { timeout: 5_000 }).toBeGreaterThanOrEqual(WINDOW_BYTES);
  shared.send(start(2, quick.claim, true));
  // Both begin alike; the one that is read gets credit for all that comes, the other none.
  let credited = 0;
  const reading = setInterval(() => {
    const bytes = shared.contentBytes(2) - credited;
    credited += bytes;
    if (bytes > 0) shared.send({ id: 2, step: { $case: "credit", value: { bytes } } });
  }, 5);
  await shared.until(2, "final");
  clearInterval(reading);
  expect(shared.contentBytes(2)).toBeGreaterThan(64 * piece.length);
  // One read of the provider's bytes is sent whole, and is at most 64 KiB.
  expect(shared.contentBytes(1)).toBeLessThan(WINDOW_BYTES + 128 * 1024);
  shared.send({ id: 1, step: { $case: "credit", value: { bytes: 0xffff_ffff } } });
  await expect.poll(() => shared.contentBytes(1), { timeout: 5_000 }).toBeGreaterThan(2 * WINDOW_BYTES);
});

test("who is not ingress gets no shared call", async () => {
  const { address } = await claim();
  using shared = open({ address }, "other-token");
  await expect(shared.ended).rejects.toMatchObject({ details: expect.stringContaining("invalid-api-key") });
});

async function claim(stream: boolean = false): Promise<{ requestId: string; address: string; claim: string }> {
  const reply = await rig.claim({ stream });
  if (reply.kind !== "dispatch") throw new Error(`the order came back as ${reply.kind}`);
  return reply;
}

function start(id: number, claimed: string, stream: boolean = false): ExchangeRequest {
  const request = {
    claim: claimed,
    body: Buffer.from(JSON.stringify({ ...CHAT, stream })),
    traceparent: "",
    labelsJson: "",
    envelopeJson: "",
    redactionJson: "",
    lostBefore: false,
  };
  return {
    id,
    step: { $case: "start", value: { request, timeoutMs: 20_000, windowBytes: stream ? WINDOW_BYTES : 0 } },
  };
}

type Shared = Disposable & {
  send(...requests: ExchangeRequest[]): void;
  /** The kinds of all that came for an id, once the named one is among them. */
  until(id: number, kind: string): Promise<string[]>;
  contentBytes(id: number): number;
  readonly ended: Promise<void>;
};

function open({ address }: { address: string }, token: string): Shared {
  const client = new DispatcherClient(address, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${token}`);
  const call: ClientDuplexStream<ExchangeRequests, ExchangeFrames> = client.exchange(metadata);
  const kinds = new Map<number, string[]>();
  const contents = new Map<number, number>();
  call.on("data", ({ frames }: ExchangeFrames) => {
    for (const { id, step } of frames) {
      kinds.set(id, [...(kinds.get(id) ?? []), kindOf(step!)]);
      const frame = step?.$case === "frame" ? step.value.frame : undefined;
      if (frame?.$case === "content") contents.set(id, (contents.get(id) ?? 0) + frame.value.length);
    }
  });
  const ended = new Promise<void>((resolve, reject) => {
    call.on("error", reject);
    call.on("end", () => {
      resolve();
    });
  });
  ended.catch(() => {});
  return {
    send: (...requests) => void call.write({ requests }),
    async until(id, kind) {
      await expect.poll(() => kinds.get(id) ?? [], { timeout: 5_000, interval: 5 }).toContain(kind);
      return kinds.get(id)!;
    },
    contentBytes: (id) => contents.get(id) ?? 0,
    ended,
    [Symbol.dispose]() {
      call.cancel();
      client.close();
    },
  };
}

function kindOf(step: Step): string {
  return step.$case === "refused" ? "refused" : (step.value.frame?.$case ?? "nothing");
}
