import { PipelineReply } from "@signalbox/proto";
import { expect, test } from "vitest";
import { itemsReader } from "./read-items.ts";

const ID = "018f4a3e-7c1a-7b2c-8d3e-0123456789ab";
const read = itemsReader(PipelineReply);
const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const reply = {
  kind: "failed",
  requestId: ID,
  attempt: 1,
  decisionId: null,
  error: { code: "internal", message: "secret text", details: {} },
};

test("hands over the items of a message that fits", () => {
  expect(read(bytes({ items: [reply, reply] }))).toEqual({ ok: true, items: [reply, reply] });
});

test("says where a message does not fit, and nothing of what stands there", () => {
  const { error } = reply;
  expect(read(bytes({ items: [reply, { ...reply, attempt: 0 }] }))).toEqual({
    ok: false,
    problems: ["items.1.attempt: too_small"],
  });
  const misfit = read(bytes({ items: [{ ...reply, error: { ...error, code: "no such code" } }] }));
  expect(misfit).toEqual({ ok: false, problems: ["items.0.error.code: invalid_value"] });
});

test("takes no member that nobody knows", () => {
  expect(read(bytes({ items: [{ ...reply, surplus: 1 }] })).ok).toBe(false);
  expect(read(bytes({ items: [reply], surplus: 1 })).ok).toBe(false);
});
