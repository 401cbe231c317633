import { Uuid } from "@signalbox/proto";
import { expect, test } from "vitest";
import { uuidv7 } from "./uuid.ts";

test("ids are UUIDs in version 7 form and carry their time", () => {
  const nowMs = 1_795_257_600_123;
  const id = uuidv7(nowMs);
  expect(Uuid.safeParse(id).success).toBe(true);
  expect(id[14]).toBe("7");
  expect("89ab").toContain(id[19]);
  expect(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)).toBe(nowMs);
});

test("ten thousand ids of one millisecond are all different", () => {
  const ids = new Set(Array.from({ length: 10_000 }, () => uuidv7(1)));
  expect(ids.size).toBe(10_000);
});
