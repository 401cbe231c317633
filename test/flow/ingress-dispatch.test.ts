import type { ServerWritableStream } from "@grpc/grpc-js";
import { uuidv7 } from "@signalbox/kit";
import { callerOf, toGrpcError } from "@signalbox/kit/grpc";
import { SignalboxError, type ErrorCode } from "@signalbox/proto";
import type { DispatchFrame, DispatchRequest } from "@signalbox/proto/grpc/dispatcher";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { CHAT, dispatchTo, startIngressRig, type IngressRig, type LineScript } from "./ingress-rig.ts";

type Call = ServerWritableStream<DispatchRequest, DispatchFrame>;
type Frame = DispatchFrame["frame"];

let rig: IngressRig;
let play: (call: Call) => void;
let calls: Call[] = [];
let script: LineScript;

beforeAll(async () => {
  rig = await startIngressRig({
    dispatcher: (call) => {
      calls.push(call);
      play(call);
    },
  });
  await rig.playLine((item) => script(item));
});
afterAll(() => rig[Symbol.asyncDispose]());
beforeEach(() => {
  calls = [];
  script = () => dispatchTo(rig.address);
});

const serving: Frame = {
  $case: "serving",
  value: { provider: "mock", model: "org/model-1", planIndex: 0, translation: "none", contentType: "" },
};
const closing: Frame = { $case: "closing", value: {} };
const content = (text: string): Frame => ({ $case: "content", value: Buffer.from(text) });
const final = (tail = ""): Frame => ({ $case: "final", value: { tail: Buffer.from(tail) } });
const failure = (code: ErrorCode): Frame => {
  const error = new SignalboxError(code, "It went wrong.", { details: { retryAfterMs: 2_000 } });
  return { $case: "error", value: Buffer.from(JSON.stringify(error.toJSON())) };
};

function send(...frames: Frame[]): (call: Call) => void {
  return (call) => {
    for (const frame of frames) call.write({ frame });
    call.end();
  };
}

/** Ends the call as the death of its server does. */
function dieAfter(...frames: Frame[]): (call: Call) => void {
  return (call) => {
    for (const frame of frames) call.write({ frame });
    setTimeout(() => call.emit("error", { code: 14, details: "died" }), 20);
  };
}

const STREAM = { ...CHAT, stream: true };

test("a whole answer is the dispatcher's bytes, with what is known of it in the headers", async () => {
  play = send(serving, content('{"a":'), content("1}"), closing, final());
  const body = `{"model": "auto",  "messages": [{"role":"user","content":"hi \\u00e9"}], "user": "jane"}`;
  const response = await rig.post(body);
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "application/json; charset=utf-8",
    "content-length": "7",
    "x-signalbox-model": "org/model-1",
    "x-signalbox-provider": "mock",
    "x-signalbox-cache": "off",
    "x-signalbox-audit": "async",
    "x-signalbox-decision-id": expect.any(String),
    "x-request-id": expect.any(String),
  });
  expect(await response.text()).toBe('{"a":1}');
  const { request, metadata } = calls[0]!;
  expect(request.body.toString()).toBe(body);
  expect(request.claim).toBe("claim-1");
  expect(JSON.parse(request.labelsJson)).toEqual({ user: "jane" });
  expect(request.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(callerOf(metadata)).toBe("ingress");
});

test("a stream is the dispatcher's frames as they come, and its tail after the record", async () => {
  play = send(serving, content("data: 1\n\n"), content("data: 2\n\n"), closing, final("data: [DONE]\n\n"));
  const response = await rig.post({ ...STREAM, temperature: 0 });
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(response.headers.get("x-signalbox-cache")).toBe("miss");
  expect(await response.text()).toBe("data: 1\n\ndata: 2\n\ndata: [DONE]\n\n");
});

test("a stream's first frame reaches the client before there is a second one", async () => {
  play = (call) => {
    call.write({ frame: serving });
    call.write({ frame: content("data: 1\n\n") });
  };
  const response = await rig.post(STREAM);
  const { value } = await response.body!.getReader().read();
  expect(Buffer.from(value).toString()).toBe("data: 1\n\n");
  calls[0]!.end();
});

test.each([
  { body: CHAT, name: "a whole answer" },
  { body: STREAM, name: "a stream" },
])("an error before the first byte of $name is an HTTP error", async ({ body }) => {
  play = send(serving, closing, failure("upstream-rate-limited"));
  const response = await rig.post(body);
  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("2");
  expect(await response.json()).toMatchObject({ error: { type: "rate_limit_error", code: "rate_limit_exceeded" } });
});

test("B6 an error after content of a whole answer is an HTTP error, and the content is not shown", async () => {
  play = send(serving, content("half an answer"), closing, failure("upstream-error"));
  const response = await rig.post(CHAT);
  expect(response.status).toBe(502);
  expect(await response.text()).not.toContain("half an answer");
});

test("B6 an error within a stream is an error event without [DONE]", async () => {
  play = send(serving, content("data: 1\n\n"), closing, failure("upstream-error"));
  const text = await (await rig.post(STREAM)).text();
  expect(text).toMatch(/^data: 1\n\ndata: \{"error":\{"message":"It went wrong\.".*\}\}\n\n$/);
});

test("a dispatcher that dies before it did anything costs a try, and the next one answers", async () => {
  const died = dieAfter();
  const answered = send(serving, content("{}"), closing, final());
  play = (call) => {
    (calls.length === 1 ? died : answered)(call);
  };
  const before = rig.seen.length;
  const response = await rig.post(CHAT);
  expect(await response.text()).toBe("{}");
  expect(rig.seen.slice(before).map((item) => item.facts.attempt)).toEqual([1, 2]);
  // The next one records that the first may have had it answered, at a cost that it does not know.
  expect(calls.map(({ request }) => request.lostBefore)).toEqual([false, true]);
});

test("dispatchers that all die leave a typed 503, and a record that does not know what they cost", async () => {
  play = dieAfter();
  const response = await rig.post(CHAT);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ error: { code: "dispatcher_lost" } });
  expect(calls).toHaveLength(3);
  const { event } = await rig.outcomeOf(response.headers.get("x-request-id")!);
  const decisionId = response.headers.get("x-signalbox-decision-id");
  const said = { error: "dispatcher-lost", stage: "dispatcher", decisionId };
  expect(event).toMatchObject({ result: "abandoned", costPicoUsd: null, ...said });
});

test("a request that was refused after its dispatcher died has a cost that nobody knows, too", async () => {
  play = dieAfter();
  const first = dispatchTo(rig.address);
  const error = new SignalboxError("budget-exceeded", "It is spent.").toJSON();
  script = ({ facts }) => (facts.attempt === 1 ? first : { kind: "refused", decisionId: uuidv7(), error });
  const response = await rig.post(CHAT);
  expect(await response.json()).toMatchObject({ error: { message: "It is spent." } });
  const { event } = await rig.outcomeOf(response.headers.get("x-request-id")!);
  const { decisionId } = first as { decisionId: string };
  expect(event).toMatchObject({ result: "abandoned", costPicoUsd: null, error: "budget-exceeded", decisionId });
});

test("B3 a client that leaves after its dispatcher died leaves a cost that nobody knows", async () => {
  play = dieAfter();
  const gone = new AbortController();
  script = ({ facts }) => {
    if (facts.attempt === 1) return dispatchTo(rig.address);
    gone.abort();
    return null;
  };
  await expect(rig.post(CHAT, { signal: gone.signal })).rejects.toThrow("abort");
  const { event } = await rig.outcomeOf(rig.seen.at(-1)!.facts.requestId);
  expect(event).toMatchObject({ result: "abandoned", costPicoUsd: null, error: "client-aborted" });
});

test.each([{ body: CHAT }, { body: STREAM }])("dispatchers that know no such claim cost nothing", async ({ body }) => {
  play = (call) => {
    call.emit("error", toGrpcError(new SignalboxError("not-found", "The claim is unknown, used or expired.")));
  };
  const response = await rig.post(body);
  expect(response.status).toBe(503);
  const { event } = await rig.outcomeOf(response.headers.get("x-request-id")!);
  expect(event).toMatchObject({ result: "failed", costPicoUsd: "0", error: "dispatcher-lost" });
});

test.each([
  { name: "serving", frames: [serving] },
  { name: "closing", frames: [serving, closing] },
  { name: "content", frames: [serving, content("{}")] },
])("a dispatcher that dies after $name is not tried again elsewhere", async ({ frames }) => {
  play = dieAfter(...frames);
  const response = await rig.post(CHAT);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ error: { code: "dispatcher_lost" } });
  expect(calls).toHaveLength(1);
});

test("B6 a dispatcher that dies within a stream leaves an error event", async () => {
  play = dieAfter(serving, content("data: 1\n\n"));
  const text = await (await rig.post(STREAM)).text();
  expect(text).toMatch(/^data: 1\n\ndata: \{"error":.*"dispatcher_lost"\}\}\n\n$/);
});

test("B3 a client that leaves before the answer, or within it, cancels the call within a second", async () => {
  for (const frames of [[], [serving, content("data: 1\n\n")]]) {
    const abort = new AbortController();
    const { promise: cancelled, resolve } = Promise.withResolvers<void>();
    play = (call) => {
      call.on("cancelled", resolve);
      for (const frame of frames) call.write({ frame });
      setTimeout(() => {
        abort.abort();
      }, 50);
    };
    const leaving = rig.post(STREAM, { signal: abort.signal }).then((response) => response.text());
    await expect(leaving).rejects.toThrow("aborted");
    const abortedMs = performance.now();
    await cancelled;
    expect(performance.now() - abortedMs).toBeLessThan(1_000);
  }
});

test("B12 a client that reads slowly holds the dispatcher back, and loses nothing", async () => {
  const piece = Buffer.alloc(256 * 1024, "x");
  const pieces = 200;
  let written = 0;
  play = (call) => {
    call.write({ frame: serving });
    const pump = (): void => {
      while (written < pieces) {
        written += 1;
        if (!call.write({ frame: { $case: "content", value: piece } })) {
          call.once("drain", pump);
          return;
        }
      }
      call.write({ frame: final() });
      call.end();
    };
    pump();
  };
  const response = await rig.post(STREAM);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(written).toBeLessThan(pieces);
  let bytes = 0;
  for await (const chunk of response.body!) bytes += (chunk as Uint8Array).length;
  expect(bytes).toBe(pieces * piece.length);
});
