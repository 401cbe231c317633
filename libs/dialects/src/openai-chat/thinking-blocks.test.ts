import { describe, expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import type { JsonObject } from "../neutral/source.ts";
import { quirksOfHost } from "./host-quirks.ts";
import { parseRequest } from "./parse-request.ts";
import { parseResponse } from "./parse-response.ts";
import { readEvent, startReading } from "./stream.ts";

const SIGNATURE = "c2lnbmVk+/==";
const BLOCKS = [
  { type: "thinking", thinking: " Hm \n", signature: SIGNATURE },
  { type: "redacted_thinking", data: "cmVkYWN0ZWQ=" },
];
const STATES = [
  { kind: "reasoning", text: " Hm \n", state: { wire: "anthropic-messages", kind: "signature", value: SIGNATURE } },
  { kind: "reasoning", text: "", state: { wire: "anthropic-messages", kind: "redacted", value: "cmVkYWN0ZWQ=" } },
];

/** The one earlier answer of a conversation, as a host of openai-chat gets it, with what was lost. */
function sentTo(host: string, said: JsonObject, model = "m"): { said: JsonObject; losses: string[] } {
  const messages = [
    { role: "user", content: "Why?" },
    { role: "assistant", content: "So.", ...said },
  ];
  const request = parseRequest({ model: "auto", messages: [...messages, { role: "user", content: "And?" }] });
  const quirks = quirksOfHost(host, host);
  const { body, losses } = renderFor("openai-chat", request, { model, maxOutputTokens: null, quirks });
  const { role: _, content: __, ...rest } = (body["messages"] as JsonObject[])[1] ?? {};
  return { said: rest, losses: losses.map(({ path, what, why }) => `${path} ${what} ${why}`) };
}

const CONTENT = { reasoning_content: "Hm" };
const PLAIN = { reasoning: "Hm" };
const DETAILS = { reasoning_details: [{ type: "reasoning.text", text: "Hm", index: 0 }] };
const LITELLM = { ...CONTENT, thinking_blocks: [{ type: "thinking", thinking: "Hm", signature: SIGNATURE }] };
const SIGNED = {
  reasoning_details: [
    { type: "reasoning.text", text: "Hm", signature: SIGNATURE, format: "anthropic-claude-v1", index: 0 },
  ],
};
const NOT_TAKEN = (field: string): string => `messages[1].${field} reasoning no-equivalent`;

describe("earlier reasoning in a caller's own body", () => {
  test.each<[host: string, sent: JsonObject, arrives: JsonObject, losses: string[]]>([
    // Hosts of which nothing is known get what came.
    ["example.org", CONTENT, CONTENT, []],
    ["example.org", { ...PLAIN, ...DETAILS }, { ...PLAIN, ...DETAILS }, []],
    ["example.org", LITELLM, CONTENT, ["messages[1].thinking_blocks reasoning-signature foreign"]],
    // Hosts that want it get it in their own field.
    ["api.deepseek.com", CONTENT, CONTENT, []],
    ["api.deepseek.com", PLAIN, CONTENT, []],
    ["api.deepseek.com", { ...CONTENT, ...DETAILS }, CONTENT, []],
    ["api.deepseek.com", DETAILS, CONTENT, []],
    ["api.moonshot.ai", PLAIN, CONTENT, []],
    ["api.z.ai", PLAIN, CONTENT, []],
    ["api.xiaomimimo.com", PLAIN, CONTENT, []],
    ["api.fireworks.ai", PLAIN, CONTENT, []],
    ["api.minimax.io", CONTENT, { ...CONTENT, ...DETAILS }, []],
    ["openrouter.ai", { ...PLAIN, ...SIGNED }, { ...PLAIN, ...SIGNED }, []],
    // Hosts that have no field for it are not sent any.
    ["api.openai.com", CONTENT, {}, [NOT_TAKEN("reasoning_content")]],
    ["api.groq.com", CONTENT, {}, [NOT_TAKEN("reasoning_content")]],
    ["api.groq.com", PLAIN, {}, [NOT_TAKEN("reasoning")]],
    ["api.perplexity.ai", DETAILS, {}, [NOT_TAKEN("reasoning_details")]],
    ["api.groq.com", { reasoning_content: null }, { reasoning_content: null }, []],
    [
      "api.openai.com",
      LITELLM,
      {},
      ["messages[1].thinking_blocks reasoning-signature foreign", NOT_TAKEN("reasoning_content")],
    ],
  ])("%s: %j", (...[host, sent, said, losses]) => {
    expect(sentTo(host, sent)).toEqual({ said, losses });
  });

  test("B9 goes back to LiteLLM before a Claude as it was signed, and is put so for it", () => {
    const blocks = { thinking_blocks: BLOCKS };
    expect(sentTo("litellm", blocks, "claude-x")).toEqual({ said: blocks, losses: [] });
    expect(sentTo("litellm", SIGNED, "claude-x").said).toEqual({ thinking_blocks: LITELLM.thinking_blocks });
    expect(sentTo("litellm", blocks, "gpt-x").said).toEqual({});
  });
});

describe("B9 LiteLLM's blocks", () => {
  test("are read from requests and answers, and the plain text beside them is not said twice", () => {
    const message = { role: "assistant", content: "So.", reasoning_content: " Hm \n", thinking_blocks: BLOCKS };
    const parts = [...STATES, { kind: "text", text: "So." }];
    expect(parseRequest({ model: "auto", messages: [message] }).messages[0]?.parts).toEqual(parts);
    const body = { choices: [{ index: 0, message, finish_reason: "stop" }] };
    const defaults = { id: "d", createdAtS: 1, model: "m" };
    expect(parseResponse(body, { provider: "a", secrets: [], defaults }).choices[0]?.parts).toEqual(parts);
  });

  test("go to Anthropic byte for byte", () => {
    const messages = [
      { role: "user", content: "Why?" },
      { role: "assistant", content: "So.", thinking_blocks: BLOCKS },
    ];
    const request = parseRequest({ model: "auto", messages: [...messages, { role: "user", content: "And?" }] });
    const { body } = renderFor("anthropic-messages", request, { model: "claude-x", maxOutputTokens: 100 });
    expect(JSON.stringify(body)).toContain(JSON.stringify(BLOCKS).slice(1, -1));
  });

  test("bring their signature in a stream's piece", () => {
    const delta = { thinking_blocks: [{ type: "thinking", thinking: "", signature: SIGNATURE }], content: "" };
    const data = JSON.stringify({
      id: "i",
      created: 1,
      model: "m",
      choices: [{ index: 0, delta, finish_reason: null }],
    });
    const defaults = { id: "d", createdAtS: 1, model: "m" };
    const [, chunks] = readEvent(startReading({ provider: "a", secrets: [], choices: 1, defaults }), {
      event: "",
      data,
    });
    expect(chunks[0]?.deltas[0]?.extras).toEqual([{ kind: "reasoning-state", state: STATES[0]?.state }]);
  });
});
