import { afterAll, beforeAll, expect, test } from "vitest";
import { delta, streamed, whole } from "../kit/upstream.ts";
import { CHAT, type DispatchRig, planned, startDispatchRig, wordsIn } from "./dispatch-rig.ts";

/** The provider `one` has 400 ms for an attempt, whatever it says meanwhile; `two` has the request's own time. */
let rig: DispatchRig;
beforeAll(async () => {
  rig = await startDispatchRig({ providers: { one: { timeouts: { totalMs: 400 } } } });
});
afterAll(() => rig[Symbol.asyncDispose]());

const STREAM = { ...CHAT, stream: true };
const role = delta({ role: "assistant", content: "" });
/** It is never silent for long, so that only the bound on the whole can end it. */
const dawdling = Array.from({ length: 50 }, () => [{ waitMs: 50 }, role]).flat();

test("B6 a provider that takes longer than its own total before any content is answered for by the next one", async () => {
  rig.one.next({ steps: dawdling });
  rig.two.next(streamed("from two"));
  const sent = await rig.send(STREAM);
  const { text, error } = await sent.exchange;
  expect([wordsIn(text), error]).toEqual(["from two", null]);
  const { attempts } = await rig.outcomeOf(sent.requestId);
  expect(attempts).toMatchObject([
    { endpoint: "one/model-one", result: "failed", error: "upstream-timeout" },
    { endpoint: "two/model-two", result: "completed" },
  ]);
  expect(attempts[0]!.totalUs).toBeGreaterThanOrEqual(395_000);
  expect(attempts[0]!.totalUs).toBeLessThan(2_000_000);
});

test("B6 a whole answer that drips in for longer is given up as well", async () => {
  rig.one.next({ ...whole("late"), steps: Array.from({ length: 50 }, () => [{ send: " " }, { waitMs: 50 }]).flat() });
  rig.two.next(whole("from two"));
  expect((await (await rig.send(CHAT)).exchange).text).toContain("from two");
});

test("B6 after the first content it ends the answer with a typed error", async () => {
  rig.one.next({ steps: [role, delta({ content: "half an answer" }), ...dawdling] });
  const sent = await rig.send(STREAM);
  const { text, error } = await sent.exchange;
  expect([wordsIn(text), error?.code]).toEqual(["half an answer", "upstream-timeout"]);
  expect(await rig.outcomeOf(sent.requestId)).toMatchObject({ result: "failed", attempts: [{ result: "failed" }] });
});

test("a provider without a total of its own has the request's time", async () => {
  rig.two.next({ steps: [{ waitMs: 700 }, role, delta({ content: "slow" }), delta({}, "stop")] });
  const { exchange } = await rig.send(STREAM, { plan: [planned("two")] });
  expect(wordsIn((await exchange).text)).toBe("slow");
});
