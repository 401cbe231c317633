import { createLogger, metricsRegister } from "@signalbox/kit";
import { type Attempt, NO_USAGE } from "@signalbox/proto";
import { expect, test } from "vitest";
import { LearnedCircuits } from "./learned-circuits.ts";

const ENDPOINT = "a/one";
const NOW_MS = 1_000_000;
const log = createLogger("policy", { logLevel: "silent", instance: "test" });

function learned(): LearnedCircuits {
  return new LearnedCircuits({ view: { endpoint: () => ({}) } as never }, log);
}

function outcome(error: Attempt["error"], atMs = NOW_MS): { atMs: number; attempts: Attempt[] } {
  const result = error === null ? "completed" : "failed";
  const times = { startedUs: 0, firstByteUs: null, totalUs: 1, retryAfterMs: null, httpStatus: null };
  return { atMs, attempts: [{ endpoint: ENDPOINT, result, error, ...times, usage: NO_USAGE, costPicoUsd: "0" }] };
}

async function told(): Promise<string[]> {
  const text = await metricsRegister.getSingleMetricAsString("signalbox_policy_unusable_endpoints");
  return text.split("\n").filter((line) => line.startsWith("signalbox_"));
}

test("B11 a key that is not accepted is told of until it is", async () => {
  const circuits = learned();
  expect(circuits.observe(outcome("upstream-auth"))).toBe(true);
  expect(circuits.byEndpoint.get(ENDPOINT)).toMatchObject({ openUntilMs: NOW_MS + 30_000, unusable: "upstream-auth" });
  expect(await told()).toEqual([`signalbox_policy_unusable_endpoints{endpoint="a/one",error="upstream-auth"} 1`]);
  circuits.observe(outcome(null, NOW_MS + 30_000));
  expect(circuits.byEndpoint.get(ENDPOINT)).toMatchObject({ openUntilMs: 0, unusable: null });
  expect(await told()).toEqual([]);
});

test("B11 a start forgets that a key was not accepted, and nothing else", () => {
  const circuits = learned();
  expect(circuits.observe(outcome("upstream-auth"), true)).toBe(false);
  for (let count = 0; count < 5; count += 1) circuits.observe(outcome("upstream-error"), true);
  expect(circuits.byEndpoint.get(ENDPOINT)).toMatchObject({ openUntilMs: NOW_MS + 5_000, unusable: null });
});

test("B11 an outage makes two lines in the log, however often the endpoint is tried, and what is past none", () => {
  const lines: [string, unknown, string][] = [];
  const write = (level: string) => (fields: unknown, text: string) => lines.push([level, fields, text]);
  const written = { warn: write("warn"), info: write("info"), error: write("error") } as never;
  const circuits = new LearnedCircuits({ view: { endpoint: () => ({}) } as never }, written);
  for (let at = 0; at < 5; at += 1) circuits.observe(outcome("upstream-error"), true);
  circuits.observe(outcome(null, NOW_MS + 60_000), true);
  expect(lines).toEqual([]);
  for (let at = 0; at < 100; at += 1) circuits.observe(outcome("upstream-unreachable", NOW_MS + at * 1_000));
  circuits.observe(outcome(null, NOW_MS + 200_000));
  const failing = { endpoint: ENDPOINT, error: "upstream-unreachable", triedAgainAt: "1970-01-01T00:16:49.000Z" };
  expect(lines).toEqual([
    ["warn", failing, expect.stringMatching(/keeps failing/)],
    ["info", { endpoint: ENDPOINT }, expect.stringMatching(/answers again/)],
  ]);
});

test("B11 another configuration opens what a key had closed", async () => {
  const circuits = learned();
  circuits.observe(outcome("upstream-auth"));
  expect(circuits.reopenUnusable()).toBe(true);
  expect(circuits.byEndpoint.get(ENDPOINT)).toMatchObject({ openUntilMs: 0, unusable: null });
  expect(await told()).toEqual([]);
  expect(circuits.reopenUnusable()).toBe(false);
});
