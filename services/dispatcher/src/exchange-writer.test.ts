import type { DispatchFrame } from "@signalbox/proto/grpc/dispatcher";
import { expect, test } from "vitest";
import { ExchangeWriter } from "./exchange-writer.ts";

const closing: DispatchFrame = { frame: { $case: "closing", value: {} } };

test("B12 content waits for credit once the window is full, and the frame that fills it is sent whole", () => {
  const { writer, sent } = open(100);
  expect(writer.write(content(99))).toBe(true);
  expect(writer.write(content(200))).toBe(false);
  expect(sent).toHaveLength(2);
  let drained = 0;
  writer.onDrain(() => (drained += 1));
  writer.credit(199);
  expect(drained).toBe(0);
  writer.credit(1);
  expect(drained).toBe(1);
  writer.credit(100);
  expect(drained).toBe(1);
  expect(writer.write(content(10))).toBe(true);
});

test("a callback that was forgotten is not called", () => {
  const { writer } = open(100);
  writer.write(content(100));
  let drained = 0;
  const forget = writer.onDrain(() => (drained += 1));
  forget();
  writer.credit(100);
  expect(drained).toBe(0);
});

test("credit beyond what was sent gives no more than the window", () => {
  const { writer } = open(100);
  writer.write(content(10));
  writer.credit(1_000_000);
  expect(writer.write(content(100))).toBe(false);
});

test("without a window nothing waits, and frames without content never do", () => {
  expect(open(0).writer.write(content(10_000_000))).toBe(true);
  const { writer } = open(100);
  for (let n = 0; n < 1_000; n += 1) expect(writer.write(closing)).toBe(true);
});

test("the end is told once and nothing is asked for after it", () => {
  const { writer, ended } = open(100);
  expect(writer.isGone).toBe(false);
  writer.end();
  expect(writer.isGone).toBe(true);
  expect(ended()).toBe(1);
});

function content(bytes: number): DispatchFrame {
  return { frame: { $case: "content", value: Buffer.alloc(bytes) } };
}

function open(windowBytes: number): { writer: ExchangeWriter; sent: DispatchFrame[]; ended: () => number } {
  const sent: DispatchFrame[] = [];
  let ends = 0;
  const writer = new ExchangeWriter({ send: (frame) => sent.push(frame), windowBytes, onEnd: () => (ends += 1) });
  return { writer, sent, ended: () => ends };
}
