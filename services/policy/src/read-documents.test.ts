import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { catalogue, endpoint } from "@signalbox/decision/fixtures/documents";
import { DEFAULT_POLICY } from "@signalbox/proto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCatalogue, readPolicy } from "./read-documents.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "signalbox-policy-"));
});
afterAll(() => rm(dir, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, text);
  return path;
}

test("a policy file changes the fields that it names", async () => {
  const path = await file("policy.yaml", "deny: ['openai/*']\nplanMax: 2\n");
  expect(await readPolicy(path)).toEqual({ ...DEFAULT_POLICY, deny: ["openai/*"], planMax: 2 });
  expect(await readPolicy(null)).toEqual(DEFAULT_POLICY);
});

test("a policy file that cannot be used is refused with the line", async () => {
  const path = await file("wrong.yaml", "planMax: 2\ndenied: []\n");
  await expect(readPolicy(path)).rejects.toThrow(/wrong\.yaml:\d: .*denied/);
});

test("a condition that the engine could not use is refused at the start", async () => {
  const rule = "{ name: x, when: modl == 'a', final: false, effects: { deny: no } }";
  await expect(readPolicy(await file("rules.yaml", `rules: [${rule}]`))).rejects.toThrow("Did you mean 'model'?");
});

test("a catalogue is read as it stands", async () => {
  const known = catalogue([endpoint("a/one"), endpoint("b/two")]);
  expect(await readCatalogue(await file("catalogue.json", JSON.stringify(known)))).toEqual(known);
});

test.each([
  ["twice the same endpoint", JSON.stringify(catalogue([endpoint("a/one"), endpoint("a/one")])), "must come once"],
  ["endpoints out of order", JSON.stringify(catalogue([endpoint("b/two"), endpoint("a/one")])), "before 'b/two'"],
  ["a field of the wrong kind", JSON.stringify({ ...catalogue([]), date: 1 }), "date"],
  ["no JSON", "{", "cannot be read"],
])("a catalogue with %s is refused", async (_fault, text, problem) => {
  await expect(readCatalogue(await file("bad.json", text))).rejects.toThrow(problem);
});
