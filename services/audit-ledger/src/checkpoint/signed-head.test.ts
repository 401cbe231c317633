import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HeadContradictedError, SignedHead } from "./signed-head.ts";

const ORIGIN = "signalbox.test/log";
const ROOT = Buffer.alloc(32, 1);

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "signalbox-head-"));
  file = join(dir, "below", "head.json");
});
afterEach(() => rm(dir, { recursive: true }));

test("whatever is signed first is admitted, and the same or a larger head after it", async () => {
  const head = new SignedHead(file, ORIGIN);
  await head.record({ size: 0, root: ROOT });
  await head.record({ size: 7, root: ROOT });
  await head.record({ size: 7, root: ROOT });
  expect(JSON.parse(await readFile(file, "utf8"))).toEqual({
    origin: ORIGIN,
    size: 7,
    root: ROOT.toString("base64"),
  });
});

test("a smaller head, another root at the same size and another log's file are refused and not remembered", async () => {
  const head = new SignedHead(file, ORIGIN);
  await head.record({ size: 7, root: ROOT });
  const before = await readFile(file, "utf8");
  await expect(head.record({ size: 6, root: ROOT })).rejects.toThrow(HeadContradictedError);
  await expect(head.record({ size: 7, root: Buffer.alloc(32, 2) })).rejects.toThrow(HeadContradictedError);
  await expect(new SignedHead(file, "other.test/log").admit({ size: 8, root: ROOT })).rejects.toThrow(
    HeadContradictedError,
  );
  expect(await readFile(file, "utf8")).toBe(before);
});

test("a file that cannot be read as what was signed is an error, not a first start", async () => {
  const head = new SignedHead(file, ORIGIN);
  await head.record({ size: 7, root: ROOT });
  await writeFile(file, "{}");
  await expect(head.admit({ size: 8, root: ROOT })).rejects.toThrow("origin");
});
