import { NO_USAGE } from "@signalbox/proto";
import { expect, test } from "vitest";
import type { CacheEntry } from "./cache-entry.ts";
import { EntryIndex } from "./entry-index.ts";

const KEY_A = "a".repeat(64);
const KEY_B = "b".repeat(64);
const KEY_C = "c".repeat(64);

test("B14 an entry is found by its own tenant alone", () => {
  const index = new EntryIndex(10);
  index.put(entry({ tenant: "alice", key: KEY_A }));
  expect(index.find("alice", KEY_A, 1_000)?.tenant).toBe("alice");
  expect(index.find("bob", KEY_A, 1_000)).toBeUndefined();
});

test("an entry is found until the moment at which it expires", () => {
  const index = new EntryIndex(10);
  index.put(entry({ key: KEY_A, expiresAtMs: 5_000 }));
  expect(index.find("alice", KEY_A, 4_999)).toBeDefined();
  expect(index.find("alice", KEY_A, 5_000)).toBeUndefined();
  index.removeExpired(5_000);
  expect(index.size).toBe(0);
});

test("the least recently found entry is forgotten first", () => {
  const index = new EntryIndex(2);
  index.put(entry({ key: KEY_A, entryId: idOf(1) }));
  index.put(entry({ key: KEY_B, entryId: idOf(2) }));
  index.find("alice", KEY_A, 1_000);
  index.put(entry({ key: KEY_C, entryId: idOf(3) }));
  expect(index.size).toBe(2);
  expect(index.find("alice", KEY_A, 1_000)).toBeDefined();
  expect(index.find("alice", KEY_B, 1_000)).toBeUndefined();
  expect(index.find("alice", KEY_C, 1_000)).toBeDefined();
});

test("of two answers under one key the newer stays, in whichever order they become known", () => {
  const older = entry({ key: KEY_A, entryId: idOf(1), createdAtMs: 100 });
  const newer = entry({ key: KEY_A, entryId: idOf(2), createdAtMs: 200 });
  for (const order of [
    [older, newer],
    [newer, older],
  ]) {
    const index = new EntryIndex(10);
    for (const each of order) index.put(each);
    expect(index.find("alice", KEY_A, 1_000)?.entryId).toBe(newer.entryId);
    expect(index.size).toBe(1);
  }
});

test("removing an entry that was replaced leaves the one in its place", () => {
  const index = new EntryIndex(10);
  index.put(entry({ key: KEY_A, entryId: idOf(1), createdAtMs: 100 }));
  index.put(entry({ key: KEY_A, entryId: idOf(2), createdAtMs: 200 }));
  index.remove(idOf(1));
  expect(index.find("alice", KEY_A, 1_000)?.entryId).toBe(idOf(2));
  index.remove(idOf(2));
  expect(index.find("alice", KEY_A, 1_000)).toBeUndefined();
});

test("B14 a tenant makes no one else's entry forgotten", () => {
  const index = new EntryIndex(10);
  index.put(entry({ key: KEY_A, entryId: idOf(1) }));
  index.remove(idOf(1), "bob");
  expect(index.find("alice", KEY_A, 1_000)).toBeDefined();
  index.remove(idOf(1), "alice");
  expect(index.find("alice", KEY_A, 1_000)).toBeUndefined();
});

function entry(fields: Partial<CacheEntry>): CacheEntry {
  return {
    entryId: idOf(1),
    tenant: "alice",
    key: KEY_A,
    endpoint: "mock/model",
    dialect: "openai-chat",
    usage: NO_USAGE,
    size: 10,
    createdAtMs: 100,
    expiresAtMs: 10_000,
    ...fields,
  };
}

function idOf(number: number): string {
  return `01900000-0000-7000-8000-${String(number).padStart(12, "0")}`;
}
