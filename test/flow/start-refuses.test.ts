import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";

/*
 * Goal: a start that cannot succeed says why, what to do, and leaves nothing running.
 */

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "signalbox-refuses-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function start(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const main = join(import.meta.dirname, "../../infra/main.ts");
  const run = spawnSync(process.execPath, [main, "--home", join(dir, "home"), ...args], {
    encoding: "utf8",
    timeout: 60_000,
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

test("a config that does not fit is refused with its line, its field and what was probably meant", () => {
  const file = join(dir, "bad.yaml");
  writeFileSync(file, 'audit: sync\ncahce:\n  enabled: true\nlimits:\n  bodyMaxBytes: "32 MB"\n');
  const { code, stdout, stderr } = start("--port", "0", "--json", "--config", file);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain(`${file}:2: cahce: there is no such field: did you mean cache?`);
  expect(stderr).toContain(`${file}:5: limits.bodyMaxBytes: expected a number`);
});

test("a provider's field that there is not is refused with the one that was probably meant", () => {
  const file = join(dir, "field.yaml");
  writeFileSync(file, "providers:\n  openai:\n    apikeyenv: X\n    models: [{ id: a, contxt: 9 }]\n");
  const { code, stderr } = start("--port", "0", "--config", file);
  expect(code).toBe(1);
  expect(stderr).toContain(`${file}:3: providers.openai.apikeyenv: there is no such field: did you mean apiKeyEnv?`);
  expect(stderr).toContain("did you mean context?");
});

test("a key that is not set, and a rule that cannot hold, are told before anything is started", () => {
  const file = join(dir, "no-key.yaml");
  writeFileSync(file, "providers:\n  openai: { apiKeyEnv: NOBODY_SETS_THIS }\n");
  const noKey = start("--home", join(dir, "not-made"), "--port", "0", "--config", file);
  expect(noKey.code).toBe(1);
  expect(noKey.stderr.trim()).toBe(
    `${file}:2: providers.openai.apiKeyEnv names NOBODY_SETS_THIS, which is not set: export it before the start.`,
  );
  writeFileSync(
    file,
    "guardrails: { enabled: true, request: { rules: [{ match: nothing.like-it, action: block }] } }\n",
  );
  expect(start("--home", join(dir, "not-made"), "--port", "0", "--config", file).stderr).toContain(
    "guardrails.request",
  );
  expect(existsSync(join(dir, "not-made"))).toBe(false);
});

test("a file that is not there, or that cannot be used, is told before anything is started", () => {
  const file = join(dir, "named.yaml");
  const policy = join(dir, "policy.txt");
  writeFileSync(file, `register:\n  witnessPolicy: ${policy}\n`);
  const refused = (): string => start("--home", join(dir, "not-made"), "--port", "0", "--config", file).stderr;
  expect(refused()).toContain(`${file}:2: register.witnessPolicy cannot be read (ENOENT`);
  writeFileSync(policy, "log nobody\n");
  expect(refused()).toContain(`${file}:2: register.witnessPolicy: ${policy}, line 1: `);
  writeFileSync(file, `budgets:\n  webhook: { url: "https://hooks.example.org", secretFile: ${join(dir, "none")} }\n`);
  expect(refused()).toContain(`${file}:2: budgets.webhook.secretFile cannot be read (ENOENT`);
  expect(existsSync(join(dir, "not-made"))).toBe(false);
});

test("a taken port is named, with the way out", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { code, stderr } = start("--port", String(port));
  server.close();
  expect(code).toBe(1);
  expect(stderr).toContain(`Port ${port} is in use. Choose another with --port N; --port 0 takes a free one.`);
});

test("an unknown option is refused with the help", () => {
  const { code, stderr } = start("--prot", "1");
  expect(code).toBe(2);
  expect(stderr).toContain("Did you mean --port?");
});

test("--help names every option", () => {
  const { code, stdout } = start("--help");
  expect(code).toBe(0);
  for (const option of ["--home", "--port", "--config", "--json", "--single-process", "--no-demo"]) {
    expect(stdout).toContain(option);
  }
});
