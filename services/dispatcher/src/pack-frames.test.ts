import type { ExchangeFrame } from "@signalbox/proto/grpc/dispatcher";
import { expect, test } from "vitest";
import { packFrames } from "./pack-frames.ts";

const MIB = 1024 * 1024;

test("frames of one moment share a message, in their order", () => {
  const frames = [frame(1, 10), frame(2, 10), frame(1, 10)];
  expect(packFrames(frames)).toEqual([frames]);
});

test("large answers that end together make several messages, none of which the other side refuses", () => {
  const frames = [frame(1, 3 * MIB), frame(2, MIB), frame(3, 1), frame(4, 30 * MIB), frame(5, 1), frame(6, 4 * MIB)];
  const packed = packFrames(frames);
  expect(packed.map((message) => message.map(({ id }) => id))).toEqual([[1, 2], [3], [4], [5], [6]]);
});

test("nothing to say is no message", () => {
  expect(packFrames([])).toEqual([]);
});

function frame(id: number, bytes: number): ExchangeFrame {
  return {
    id,
    step: { $case: "frame", value: { frame: { $case: "content", value: Buffer.alloc(bytes) } } },
  };
}
