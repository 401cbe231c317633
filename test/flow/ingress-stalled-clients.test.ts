import { once } from "node:events";
import { connect } from "node:net";
import type { ServerWritableStream } from "@grpc/grpc-js";
import type { DispatchFrame, DispatchRequest } from "@signalbox/proto/grpc/dispatcher";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CHAT, dispatchTo, type IngressRig, startIngressRig } from "./ingress-rig.ts";

/*
 * Goal: a client whose machine is gone sends no end: nothing of what is written to it is ever read. Its request is given up after the
 * time for that, and with it the provider's work.
 */

const STALLED_MS = 500;
const PIECE = Buffer.alloc(64 * 1024, "x");

type Call = ServerWritableStream<DispatchRequest, DispatchFrame>;

let rig: IngressRig;
let cancelled: PromiseWithResolvers<void>;

function dispatcher(call: Call): void {
  call.once("cancelled", () => cancelled.resolve());
  const value = { provider: "mock", model: "org/model-1", planIndex: 0, translation: "none", contentType: "" };
  call.write({ frame: { $case: "serving", value } });
  // More than the sockets on the way hold, and no end.
  const pump = (): void => {
    while (!call.cancelled && call.write({ frame: { $case: "content", value: PIECE } }));
    call.once("drain", pump);
  };
  pump();
}

beforeAll(async () => {
  rig = await startIngressRig({ dispatcher }, { deadlines: { stalledClientTimeoutMs: STALLED_MS } });
  await rig.playLine(() => dispatchTo(rig.address));
});
afterAll(() => rig[Symbol.asyncDispose]());

test("B3 a client that reads nothing any more, and sends no end, is given up after its time", async () => {
  cancelled = Promise.withResolvers();
  const { hostname, port } = new URL(rig.baseUrl);
  const client = connect(Number(port), hostname).pause();
  await once(client, "connect");
  const body = JSON.stringify({ ...CHAT, stream: true });
  client.write(
    [
      "POST /v1/chat/completions HTTP/1.1",
      "host: line",
      `authorization: Bearer ${rig.memberKey}`,
      "content-type: application/json",
      `content-length: ${body.length}`,
      "",
      body,
    ].join("\r\n"),
  );
  const startedMs = performance.now();
  await cancelled.promise;
  const tookMs = performance.now() - startedMs;
  expect([tookMs >= STALLED_MS, tookMs < STALLED_MS + 3_000]).toEqual([true, true]);
  client.destroy();
});
