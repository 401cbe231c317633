import { expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import { cacheFieldsOf } from "./cache-fields.ts";
import { parseRequest } from "./parse-request.ts";

const PART = { type: "text", text: "A long prompt.", prompt_cache_breakpoint: { mode: "explicit" } };
const BODY = {
  model: "m",
  messages: [
    { role: "system", content: [PART] },
    { role: "user", content: "Hi" },
  ],
};

test("a breakpoint of the prompt's cache is a mark, for every wire that has marks", () => {
  const request = parseRequest({ ...BODY, max_tokens: 9 });
  expect(request.messages[0]?.parts).toEqual([{ kind: "text", text: PART.text, cache: { ttl: null } }]);
  const { body, losses } = renderFor("anthropic-messages", request, { model: "claude", maxOutputTokens: null });
  expect(body["system"]).toEqual([{ type: "text", text: PART.text, cache_control: { type: "ephemeral" } }]);
  expect(losses).toEqual([]);
});

test("B8 a lifetime of its own, which no mark has, is lost by name", () => {
  const part = { ...PART, prompt_cache_breakpoint: { mode: "explicit", ttl: "12h" } };
  const request = parseRequest({ model: "m", max_tokens: 9, messages: [{ role: "user", content: [part] }] });
  const { losses } = renderFor("anthropic-messages", request, { model: "claude", maxOutputTokens: null });
  const path = "messages[0].content[0].prompt_cache_breakpoint.ttl";
  expect(losses).toEqual([{ path, what: "ttl", why: "no-equivalent" }]);
});

test("goes to its own form as it came", () => {
  const { body } = renderFor("openai-chat", parseRequest(BODY), { model: "gpt", maxOutputTokens: null });
  expect(body["messages"]).toEqual(BODY.messages);
});

test("how long it is kept changes no answer", () => {
  const options = { prompt_cache_options: { mode: "explicit", ttl: "30m" }, prompt_cache_retention: "24h" };
  expect(cacheFieldsOf(parseRequest({ ...BODY, ...options }))).toEqual(cacheFieldsOf(parseRequest(BODY)));
});
