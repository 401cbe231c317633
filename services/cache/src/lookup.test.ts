import { NO_USAGE, type RequestFacts } from "@signalbox/proto";
import { expect, test } from "vitest";
import { EntryIndex } from "./entry-index.ts";
import { lookUp } from "./lookup.ts";

const KEY = "a".repeat(64);
const ENTRY_ID = "01900000-0000-7000-8000-000000000001";

test.each([
  { mode: "off", deterministic: true, status: "off" },
  { mode: "off", deterministic: false, status: "off" },
  { mode: "auto", deterministic: false, status: "off" },
  { mode: "auto", deterministic: true, status: "hit" },
  { mode: "on", deterministic: false, status: "hit" },
  { mode: "on", deterministic: true, status: "hit" },
] as const)("mode $mode with deterministic $deterministic is $status", ({ mode, deterministic, status }) => {
  expect(lookUp(factsWith({ mode, deterministic, key: KEY }), filledIndex(), 3_500).status).toBe(status);
});

test("a request without a key is not looked up", () => {
  expect(lookUp(factsWith({ mode: "on", deterministic: true, key: null }), filledIndex(), 3_500).status).toBe("off");
});

test("a hit names the entry, the endpoint that answered, its usage and its age in whole seconds", () => {
  const facts = factsWith({ mode: "auto", deterministic: true, key: KEY });
  const hit = { status: "hit", entryId: ENTRY_ID, endpoint: "mock/model", usage: NO_USAGE };
  expect(lookUp(facts, filledIndex(), 3_999)).toEqual({ ...hit, ageSeconds: 2 });
  expect(lookUp(facts, filledIndex(), 500)).toEqual({ ...hit, ageSeconds: 0 });
});

test("B14 the same key of another tenant is a miss", () => {
  const facts = { ...factsWith({ mode: "on", deterministic: true, key: KEY }), tenant: "bob" };
  expect(lookUp(facts, filledIndex(), 3_500)).toEqual({ status: "miss" });
});

function filledIndex(): EntryIndex {
  const index = new EntryIndex(10);
  index.put({
    entryId: ENTRY_ID,
    tenant: "alice",
    key: KEY,
    endpoint: "mock/model",
    dialect: "openai-chat",
    usage: NO_USAGE,
    size: 1,
    createdAtMs: 1_000,
    expiresAtMs: 100_000,
  });
  return index;
}

/** Only these facts are looked at. */
function factsWith(cache: RequestFacts["cache"]): RequestFacts {
  return { tenant: "alice", cache } as RequestFacts;
}
