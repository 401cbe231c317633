import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CHAT, type DispatchRig, planned, type Sent, startDispatchRig } from "./dispatch-rig.ts";

/*
 * Goal: a provider may close a kept connection in the very moment in which a request goes out on it. No caller sees that, and each
 * time that the request was sent stands on the record.
 */

const BODY = JSON.stringify({
  id: "x",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "answered" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

let rig: DispatchRig;
let connections = 0;
/** What becomes of the next request and of its connection; null: it is answered. */
let close: ((socket: Socket) => void) | null = null;

const provider = createServer((request, response) => {
  request.resume().on("end", () => {
    const how = close;
    close = null;
    if (how === null) response.writeHead(200, { "content-type": "application/json" }).end(BODY);
    else how(request.socket);
  });
});
provider.on("connection", () => {
  connections += 1;
});

beforeAll(async () => {
  provider.listen(0, "127.0.0.1");
  await once(provider, "listening");
  const { port } = provider.address() as AddressInfo;
  rig = await startDispatchRig({ providers: { one: { baseUrl: `http://127.0.0.1:${port}/v1` } } });
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  provider.close();
});
test.each<[string, (socket: Socket) => void]>([
  ["an end", (socket) => void socket.end()],
  ["a reset", (socket) => void socket.resetAndDestroy()],
])("B6 a kept connection that is closed by %s as a request comes is asked again on a new one", async (_, how) => {
  // Only this one, so that no other endpoint can stand in.
  const ask = (): Promise<Sent> => rig.send(CHAT, { plan: [planned("one")] });
  await (
    await ask()
  ).exchange;
  // A connection is free a moment after its answer is whole.
  await sleep(100);
  const before = connections;
  close = how;
  const sent = await ask();
  const { text, error } = await sent.exchange;
  expect([error, text.includes("answered"), connections - before]).toEqual([null, true, 1]);
  const { attempts, result } = await rig.outcomeOf(sent.requestId);
  expect([result, ...attempts.map((each) => `${each.result} ${each.error}`)]).toEqual([
    "completed",
    "failed upstream-unreachable",
    "completed null",
  ]);
});
