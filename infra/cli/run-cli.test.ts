import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runCli } from "./run-cli.ts";
import { recordedTerminal } from "./recorded-terminal.ts";

const emptyHome = mkdtempSync(join(tmpdir(), "signalbox-cli-"));
afterAll(() => rmSync(emptyHome, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const terminal = recordedTerminal();
  const code = await runCli(args, terminal);
  return { code, stdout: terminal.stdout.join("\n"), stderr: terminal.stderr.join("\n") };
}

const COMMANDS = [
  ["decisions"],
  ["decisions", "list"],
  ["decisions", "show"],
  ["replay"],
  ["content"],
  ["content", "list"],
  ["content", "show"],
  ["content", "erase"],
  ["tail"],
  ["verify"],
  ["export"],
  ["fsck"],
  ["signers"],
  ["signers", "list"],
  ["signers", "retire"],
  ["witness"],
  ["keys"],
  ["keys", "create"],
  ["keys", "change"],
  ["keys", "list"],
  ["keys", "revoke"],
  ["budgets"],
  ["budgets", "create"],
  ["budgets", "change"],
  ["models"],
  ["doctor"],
];

test.each([
  [["keys"], "A command is missing: --help names those that there are."],
  [["keys", "lst"], "unknown command 'lst' (Did you mean list?)"],
  [["statements"], "required option '--month <month>' not specified"],
])("wrong usage under --json is one line that says what is wrong: %j", async (words, message) => {
  const { code, stdout, stderr } = await run(...words, "--json");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(JSON.parse(stderr)).toEqual({ error: { code: "invalid-request", message, details: {} } });
});

test.each(COMMANDS.map((words) => words.join(" ")))("%s --help names its options and ends with 0", async (words) => {
  const { code, stdout, stderr } = await run(...words.split(" "), "--help");
  expect(code).toBe(0);
  expect(stdout).toContain(`Usage: signalbox ${words}`);
  expect(stdout).toContain("--json");
  expect(stderr).toBe("");
});

test.each(
  COMMANDS.filter(
    (words) => words.length > 1 || !["decisions", "keys", "content", "budgets", "signers"].includes(words[0] as string),
  ),
)("%s %s --help shows an example", async (...words) => {
  const { stdout } = await run(...words, "--help");
  expect(stdout).toContain("npm run -s signalbox -- ");
});

test.each([
  [["decisions", "list", "--limit", "many"], "whole number"],
  [["decisions", "list", "--limit", "501"], "500"],
  [["decisions", "list", "--kind", "maybe"], "route, serve-cached, refuse"],
  [["decisions", "list", "--from", "yesterday"], "2026-11-21T10:00:00Z"],
  [["decisions", "list", "--since", "yesterday"], "2026-11-21T10:00:00Z"],
  [["tail", "--from", "1h"], "whole number"],
  [["recover", "/nonexistent"], "There is no checkpoint in /nonexistent."],
  [["export", "dir", "--to", "7d"], "whole number"],
  [["decisions", "show"], "missing required argument"],
  [["decisions", "show", "one", "two"], "too many arguments"],
  [["tail", "--type", "rumour"], "decision, outcome, superseded"],
  [["policy", "show"], "npm start"],
  [["replay"], "--all"],
  [["replay", "some-id", "--all"], "--all"],
  [["replay", "--all", "--policy", "sha256:0"], "--diff and --evaluate"],
  [["replay", "--all", "--evaluate", "beauty"], "success, cost, latency, feedback"],
  [["replay", "--all", "--evaluate", "cost", "--chart", "a.svg"], "--chart is for --diff"],
  [["content", "erase"], "--tenant"],
  [["content", "erase", "some-id", "--tenant", "a"], "Name one request"],
  [["content", "erase", "some-id", "--user", "ann"], "Name one request"],
  [["keys", "create", "--role", "king"], "auditor, member"],
  [["keys", "create", "--name", "ci", "--expires", "soon"], "30d"],
  [["keys", "create", "--name", "ci", "--expires", "2020-01-01"], "a time to come"],
  [["budgets", "create", "--name", "b", "--usd", "1", "--window", "fortnight"], "a duration like 12h or 7d"],
  [["budgets", "create", "--name", "b"], "--usd, --tokens, --requests and --concurrency"],
  [["keys", "change", "0a1b2c3d4e5f"], "Nothing to change"],
  [["keys", "change", "0a1b2c3d4e5f", "--lift", "colour"], "colour is not one of team, project"],
  [["budgets", "change", "b"], "Nothing to change"],
  [["nonsense"], "unknown command"],
  [["models", "--colour"], "unknown option"],
])("%j is wrong usage: exit code 2, and words that say what is right", async (args, words) => {
  const { code, stdout, stderr } = await run("--home", emptyHome, "--url", "http://127.0.0.1:9", "--key", "k", ...args);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain(words);
});

test("without a line the message says how to start one", async () => {
  const { code, stderr } = await run("decisions", "list", "--home", emptyHome);
  expect(code).toBe(2);
  expect(stderr).toContain("npm start");
});

test("with --json an error is one line of JSON on stderr, wherever --json stands", async () => {
  for (const args of [
    ["--json", "decisions", "list", "--home", emptyHome],
    ["decisions", "list", "--limit", "x", "--json"],
  ]) {
    const { code, stdout, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "invalid-request" } });
  }
});

test("no command has an option of its own that the whole command line takes for another", async () => {
  const hidden: string[] = [];
  const paths = await commandPaths([]);
  expect(paths).toContainEqual(["budgets", "create"]);
  for (const path of paths) {
    const { stdout } = await run(...path, "--help");
    const [own = ""] = stdout.split("Global Options:");
    for (const word of ["--home", "--url", "--key", "--json"]) {
      if (path.length > 0 && new RegExp(`^ +${word}( |$)`, "m").test(own)) hidden.push(`${path.join(" ")} ${word}`);
    }
  }
  expect(hidden).toEqual([]);
});

/** All commands below one, by the words that lead to them. */
async function commandPaths(path: string[]): Promise<string[][]> {
  const { stdout } = await run(...path, "--help");
  const [, listed = ""] = /^Commands:\n((?: .*\n)*)/m.exec(`${stdout}\n`) ?? [];
  const names = [...listed.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = ""]) => name);
  const below = names.filter((name) => name !== "help").map((name) => commandPaths([...path, name]));
  return [path, ...(await Promise.all(below)).flat()];
}
