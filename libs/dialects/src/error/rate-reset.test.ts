import { expect, test } from "vitest";
import { egressOf } from "../codecs.ts";
import { rateResetMsOf } from "./rate-reset.ts";

const NOW_MS = Date.UTC(2026, 2, 14, 2, 0, 0);

function failing(headers: Readonly<Record<string, string>>, status = 429) {
  const header = (name: string): string | undefined => headers[name];
  return { status, header, bodyText: "{}", provider: "acme", nowMs: NOW_MS, secrets: [] };
}

function openai(requests: [remaining: string, reset: string], tokens: [remaining: string, reset: string]) {
  return {
    "x-ratelimit-remaining-requests": requests[0],
    "x-ratelimit-reset-requests": requests[1],
    "x-ratelimit-remaining-tokens": tokens[0],
    "x-ratelimit-reset-tokens": tokens[1],
  };
}

test.each([
  [openai(["0", "1s"], ["149984", "6m0s"]), 1_000],
  [openai(["59", "1s"], ["0", "20ms"]), 20],
  [openai(["0", "8.64s"], ["0", "1.5s"]), 8_640],
  [openai(["0", "1h2m3s"], ["9", "1s"]), 60_000],
  [openai(["9", "1s"], ["0", "7"]), 7_000],
  [openai(["9", "1s"], ["9", "1s"]), null],
  [openai(["-1", "0"], ["0", "soon"]), null],
  [{ "x-ratelimit-remaining-requests": "0" }, null],
  [{ "x-ratelimit-reset-requests": "1s" }, null],
])("B10 a limit of OpenAI's that is used up says when to come back: %j", (headers, ms) => {
  expect(rateResetMsOf(failing(headers))).toBe(ms);
});

test.each([
  ["requests", "2026-03-14T02:00:07Z", 7_000],
  ["input-tokens", "2026-03-14T02:00:30.250Z", 30_000],
  ["output-tokens", "2026-03-14T01:59:59Z", 0],
  ["tokens", "2026-03-15T02:00:00Z", 60_000],
  ["tokens", "tomorrow", null],
])("B10 and so does one of Anthropic's: %s %s", (of, reset, ms) => {
  const headers = { [`anthropic-ratelimit-${of}-reset`]: reset, "anthropic-ratelimit-requests-remaining": "7" };
  expect(rateResetMsOf(failing(headers))).toBeNull();
  expect(rateResetMsOf(failing({ ...headers, [`anthropic-ratelimit-${of}-remaining`]: "0" }))).toBe(ms);
});

test("B10 only a refusal for its rate is a limit's, and what says plainly when to come back counts before it", () => {
  const headers = openai(["0", "30s"], ["9", "1s"]);
  const codec = egressOf("openai-chat");
  expect(codec.parseError(failing(headers)).details.retryAfterMs).toBe(30_000);
  expect(codec.parseError(failing(headers, 503)).details).not.toHaveProperty("retryAfterMs");
  expect(codec.parseError(failing({ ...headers, "retry-after-ms": "250" })).details.retryAfterMs).toBe(250);
  const bodyText = JSON.stringify({ error: { message: "Please try again in 2s." } });
  expect(codec.parseError({ ...failing(headers), bodyText }).details.retryAfterMs).toBe(2_000);
  const claude = {
    "anthropic-ratelimit-requests-remaining": "0",
    "anthropic-ratelimit-requests-reset": "2026-03-14T02:00:05Z",
  };
  expect(egressOf("anthropic-messages").parseError(failing(claude)).details.retryAfterMs).toBe(5_000);
});
