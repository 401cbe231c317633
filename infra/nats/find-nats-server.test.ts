import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { installedNatsServer } from "./find-nats-server.ts";

test("what may not be run is no server, and the next one is taken", () => {
  const dir = mkdtempSync(join(tmpdir(), "signalbox-nats-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  mkdirSync(join(dir, "bin"));
  writeFileSync(join(dir, "bin", "nats-server"), "", { mode: 0o644 });
  mkdirSync(join(dir, "also"));
  writeFileSync(join(dir, "also", "nats-server"), "", { mode: 0o755 });
  expect(installedNatsServer(dir, `${join(dir, "bin")}:${join(dir, "also")}`)).toBe(join(dir, "also", "nats-server"));
});
