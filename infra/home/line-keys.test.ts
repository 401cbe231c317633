import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openHome } from "./home.ts";
import { lineKeys } from "./line-keys.ts";

test("a pepper or a log's key that is gone after the first start is asked for, and not made anew", () => {
  const dir = mkdtempSync(join(tmpdir(), "signalbox-keys-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const home = openHome(dir);
  const { pepperFile, logKeyFile, signingFiles } = lineKeys(home);
  writeFileSync(home.credentialsFile, "{}");
  for (const file of [pepperFile, logKeyFile]) {
    const kept = readFileSync(file, "utf8");
    rmSync(file);
    expect(() => lineKeys(home)).toThrow(`${file} is missing, and no new one can take its place: put it back`);
    writeFileSync(file, kept);
  }
  // A producer has as many keys as it had starts without one: `signers retire` relies on it.
  rmSync(signingFiles["dispatcher"] ?? "");
  expect(lineKeys(home).producers).toHaveLength(4);
});
