import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BodyMemory } from "./body-memory.ts";

test("B14 a body is read by its own tenant alone", () => {
  const memory = new BodyMemory(10_000);
  memory.put("id", { tenant: "alice", body: Buffer.from("secret"), expiresAtMs: 1 });
  expect(memory.get("alice", "id")?.toString()).toBe("secret");
  expect(memory.get("bob", "id")).toBeUndefined();
});

test("the least recently read body is dropped first", () => {
  const memory = new BodyMemory(3_000);
  for (const id of ["a", "b"]) memory.put(id, { tenant: "alice", body: Buffer.alloc(1_000), expiresAtMs: 1 });
  memory.get("alice", "a");
  memory.put("c", { tenant: "alice", body: Buffer.alloc(1_000), expiresAtMs: 1 });
  expect(memory.get("alice", "a")).toBeDefined();
  expect(memory.get("alice", "b")).toBeUndefined();
  expect(memory.get("alice", "c")).toBeDefined();
});

test("a body larger than the whole memory is not held and drives nothing out", () => {
  const memory = new BodyMemory(2_000);
  memory.put("small", { tenant: "alice", body: Buffer.alloc(100), expiresAtMs: 1 });
  memory.put("large", { tenant: "alice", body: Buffer.alloc(2_000), expiresAtMs: 1 });
  expect(memory.get("alice", "large")).toBeUndefined();
  expect(memory.get("alice", "small")).toBeDefined();
});

test("what it holds never passes its bound, and nothing is left when all has expired", () => {
  const step = fc.record({ id: fc.integer({ min: 0, max: 20 }), bytes: fc.integer({ min: 0, max: 900 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const memory = new BodyMemory(4_000);
      for (const { id, bytes } of steps) {
        memory.put(String(id), { tenant: "alice", body: Buffer.alloc(bytes), expiresAtMs: 50 });
        expect(memory.bytes).toBeLessThanOrEqual(4_000);
      }
      memory.removeExpired(50);
      expect(memory.bytes).toBe(0);
    }),
  );
});
