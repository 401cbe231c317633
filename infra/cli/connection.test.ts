import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { resolveConnection } from "./connection.ts";

const homes: string[] = [];
afterAll(() => {
  for (const made of homes) rmSync(made, { recursive: true, force: true });
});

function homeWith(files: Record<string, unknown>): string {
  const home = mkdtempSync(join(tmpdir(), "signalbox-home-"));
  homes.push(home);
  mkdirSync(join(home, "run"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(home, name), JSON.stringify(content));
  return home;
}

const home = homeWith({
  "run/runtime.json": { baseUrl: "http://127.0.0.1:1111", pids: { ingress: 1 } },
  credentials: { apiKey: "member", adminKey: "admin", baseUrl: "http://127.0.0.1:2222" },
});

test("the home folder names the running line and its admin key", () => {
  expect(resolveConnection({ home }, {})).toMatchObject({ baseUrl: "http://127.0.0.1:1111", key: "admin" });
});

test("the environment beats the home folder, and an option beats both", () => {
  const env = { SIGNALBOX_URL: "http://env:1/", SIGNALBOX_ADMIN_KEY: "env" };
  expect(resolveConnection({ home }, env)).toMatchObject({ baseUrl: "http://env:1", key: "env" });
  const options = { home, url: "http://option:1", key: "option" };
  expect(resolveConnection(options, env)).toMatchObject({ baseUrl: "http://option:1", key: "option" });
});

test("the key that applications ask models with is taken where there is no other", () => {
  const env = { SIGNALBOX_URL: "http://env:1", SIGNALBOX_KEY: "member" };
  expect(resolveConnection({ home }, env)).toMatchObject({ key: "admin" });
  expect(resolveConnection({ home: homeWith({}) }, env)).toMatchObject({ key: "member" });
});

test("a line that is not running is found through its credentials", () => {
  const stopped = homeWith({ credentials: { adminKey: "admin", baseUrl: "http://127.0.0.1:2222" } });
  expect(resolveConnection({ home: stopped }, {})).toMatchObject({ baseUrl: "http://127.0.0.1:2222", runtime: null });
});

test("a file cut in the middle counts as not there", () => {
  const broken = homeWith({});
  writeFileSync(join(broken, "run/runtime.json"), '{"baseUrl":"http://127.');
  expect(() => resolveConnection({ home: broken, key: "k" }, {})).toThrow("No address");
});

test("no key and no URL are told apart, and both say what to do", () => {
  const empty = homeWith({});
  expect(() => resolveConnection({ home: empty, key: "k" }, {})).toThrow("npm start");
  expect(() => resolveConnection({ home: empty, url: "http://x" }, {})).toThrow("--key");
  expect(() => resolveConnection({ home: empty, url: "localhost", key: "k" }, {})).toThrow("not a URL");
});
