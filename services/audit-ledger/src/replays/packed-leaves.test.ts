import { expect, test } from "vitest";
import { packLeaves, unpackLeaf, unpackLeaves } from "./packed-leaves.ts";

const TEXTS = ["one", "", "zwölf", "3"];

test("leaves from anywhere come out as they went in, from memory that threads share", () => {
  const packed = packLeaves(TEXTS.map((text) => Buffer.from(text)));
  expect(packed.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(unpackLeaves(packed)).toEqual(TEXTS);
  expect([unpackLeaf(packed, 2), unpackLeaf(packed, 4), unpackLeaf(packed, -1)]).toEqual([
    "zwölf",
    undefined,
    undefined,
  ]);
});

test("leaves that follow each other in shared memory are not copied, and those with a gap between them are", () => {
  const shared = Buffer.from(new SharedArrayBuffer(100));
  shared.write("abcdef");
  const run = packLeaves([shared.subarray(1, 3), shared.subarray(3, 6)]);
  expect(run.bytes.buffer).toBe(shared.buffer);
  expect(unpackLeaves(run)).toEqual(["bc", "def"]);
  const apart = packLeaves([shared.subarray(0, 1), shared.subarray(2, 4)]);
  expect(apart.bytes.buffer).not.toBe(shared.buffer);
  expect(unpackLeaves(apart)).toEqual(["a", "cd"]);
});

test("no leaves are no bytes", () => {
  expect(unpackLeaves(packLeaves([]))).toEqual([]);
});
