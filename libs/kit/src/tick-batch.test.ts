import { setImmediate as nextTick, setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { packItems, tickBatch } from "./tick-batch.ts";

test("items of one tick are handed over together, and a lone one at the end of its tick", async () => {
  const batches: number[][] = [];
  const add = tickBatch<number>((items) => batches.push(items));
  add(1);
  add(2);
  await nextTick();
  expect(batches).toEqual([[1, 2]]);
  await sleep(20);
  add(3);
  await nextTick();
  expect(batches).toEqual([[1, 2], [3]]);
});

test("items that follow a burst closely gather for the next hand-over", async () => {
  const batches: number[][] = [];
  const add = tickBatch<number>((items) => batches.push(items));
  add(1);
  add(2);
  await nextTick();
  add(3);
  await nextTick();
  add(4);
  expect(batches).toEqual([[1, 2]]);
  await sleep(20);
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test("items that follow one another, one at a time, wait for nothing, however fast they come", async () => {
  const batches: number[][] = [];
  const add = tickBatch<number>((items) => batches.push(items));
  for (let item = 1; item <= 20; item += 1) {
    add(item);
    await nextTick();
    expect(batches.at(-1)).toEqual([item]);
  }
});

test("after a while of lone items a burst is forgotten", async () => {
  const batches: number[][] = [];
  const add = tickBatch<number>((items) => batches.push(items));
  add(0);
  add(0);
  await nextTick();
  for (let item = 1; item <= 8; item += 1) {
    add(item);
    await sleep(10);
  }
  add(9);
  await nextTick();
  add(10);
  await nextTick();
  expect(batches.slice(-2)).toEqual([[9], [10]]);
});

test("where no others are to be expected nothing waits for them", async () => {
  const batches: number[][] = [];
  const add = tickBatch<number>(
    (items) => batches.push(items),
    () => false,
  );
  add(1);
  add(2);
  await nextTick();
  add(3);
  await nextTick();
  expect(batches).toEqual([[1, 2], [3]]);
});

test("a flush hands over at once, and what its turn had planned finds nothing left", async () => {
  const batches: number[][] = [];
  const add = tickBatch<number>((items) => batches.push(items));
  add(1);
  add.flush();
  expect(batches).toEqual([[1]]);
  await nextTick();
  add.flush();
  expect(batches).toEqual([[1]]);
});

test("messages stay below the limit and keep every item in order", () => {
  const texts = Array.from({ length: 100 }, (_, index) => JSON.stringify({ index, pad: "é".repeat(index) }));
  const messages = packItems(texts, 1_000);
  expect(messages.length).toBeGreaterThan(5);
  const items = messages.flatMap(({ payload }) => (JSON.parse(payload) as { items: { index: number }[] }).items);
  expect(items.map(({ index }) => index)).toEqual(texts.map((_, index) => index));
  for (const { from, to } of messages)
    expect(Buffer.byteLength(texts.slice(from, to).join(""))).toBeLessThanOrEqual(1_000);
});

test("a single item above the limit travels alone", () => {
  const big = JSON.stringify("x".repeat(50));
  expect(packItems(["1", big, "2"], 10).map(({ payload }) => payload)).toEqual([
    `{"items":[1]}`,
    `{"items":[${big}]}`,
    `{"items":[2]}`,
  ]);
});
