import * as fc from "fast-check";
import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import { arbitraryResponse } from "../neutral/arbitrary.test-kit.ts";
import { chunksOfResponse } from "../neutral/response-chunks.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import { openaiCompletionsIngress as ingress } from "./ingress.ts";

const note = { decisionId: "d", costPicoUsd: "1", endpoint: "acme/m" };
const usage = {
  inputTokens: 10,
  cachedInputTokens: 4,
  cacheWriteTokens: 0,
  outputTokens: 7,
  reasoningTokens: 3,
  source: "reported",
} as const;
const options = { provider: "acme", secrets: [], defaults: { id: "x", createdAtS: 7, model: "m" } };
const base = { model: "auto", prompt: "Once" };

function said(response: NeutralResponse): string[] {
  return response.choices.map(({ parts }) => parts.map((part) => (part.kind === "text" ? part.text : "")).join(""));
}

async function readWithSdk(frames: string): Promise<string[]> {
  const headers = { "content-type": "text/event-stream" };
  const fetch = (): Promise<Response> => Promise.resolve(new Response(frames, { headers }));
  const client = new OpenAI({ apiKey: "k", baseURL: "http://localhost/v1", maxRetries: 0, fetch });
  const texts: string[] = [];
  for await (const chunk of await client.completions.create({ ...base, stream: true })) {
    for (const { index, text } of chunk.choices) texts[index] = (texts[index] ?? "") + text;
  }
  return texts;
}

describe("a request of this dialect", () => {
  test("becomes a chat of one message", () => {
    const body = { ...base, max_tokens: 5, temperature: 0, stop: ["\n"], logprobs: 2, n: 2, suffix: "end", top_k: 3 };
    const { body: sent, losses } = renderFor("openai-chat", ingress.parseRequest(body), {
      model: "m-1",
      maxOutputTokens: null,
    });
    expect(sent).toEqual({
      model: "m-1",
      messages: [{ role: "user", content: "Once" }],
      max_tokens: 5,
      temperature: 0,
      stop: ["\n"],
      n: 2,
      logprobs: true,
      top_logprobs: 2,
    });
    expect(losses.map(({ path }) => path)).toEqual(["sampling.topK", "suffix"]);
  });

  test.each<[object, string[]]>([
    [{ n: 2, best_of: 2 }, []],
    [{ best_of: 3 }, ["best_of"]],
    [{ logprobs: 1, echo: true }, ["logprobs"]],
    [{ logprobs: 1 }, []],
  ])("%j names what no chat can do", (own, lost) => {
    expect(ingress.unread(ingress.parseRequest({ ...base, ...own })).map(({ path }) => path)).toEqual(lost);
  });

  test.each<[string, unknown, string | undefined]>([
    ["no object", null, undefined],
    ["no model", { prompt: "x" }, "model"],
    ["no prompt", { model: "m" }, "prompt"],
    ["a prompt in tokens", { ...base, prompt: [1, 2] }, "prompt"],
    ["prompts in tokens", { ...base, prompt: [[1], [2]] }, "prompt"],
    ["several prompts at once", { ...base, prompt: ["a", "b"] }, "prompt"],
    ["fewer choices drawn than given", { ...base, n: 3, best_of: 2 }, "best_of"],
    ["more choices drawn than streamed", { ...base, best_of: 2, stream: true }, "best_of"],
    ["an empty list", { ...base, prompt: [] }, "prompt"],
    ["too many stops", { ...base, stop: ["a", "b", "c", "d", "e"] }, "stop"],
  ])("with %s is refused", (_, body, param) => {
    expect(() => ingress.parseRequest(body)).toThrow(
      expect.objectContaining({ code: "invalid-request", details: param === undefined ? {} : { param } }) as Error,
    );
  });
});

describe("B8 an answer of another wire becomes a completion", () => {
  test("of its text, with what is lost named, and is kept as it was", () => {
    fc.assert(
      fc.property(arbitraryResponse, (response) => {
        const { body, losses } = ingress.renderResponse(response, { usage, note });
        expect((body["choices"] as { text: string }[]).map(({ text }) => text)).toEqual(said(response));
        const kinds = response.choices.flatMap(({ parts }) => parts.map(({ kind }) => kind));
        const lost = losses.map(({ what }) => what);
        const unseen = kinds.filter((kind) => kind === "reasoning" || kind === "tool-call" || kind === "image");
        expect(lost).toEqual(expect.arrayContaining(unseen));
        const kept = ingress.keptOf(response, usage);
        expect(said(ingress.parseKept(kept, options))).toEqual(said(response));
        const collector = ingress.collector();
        for (const chunk of chunksOfResponse(response)) collector.add(chunk);
        expect(collector.body({ usage, usageSource: null, usageForm: "cohere-v2" })).toEqual(kept);
      }),
    );
  });

  test("and streams the same, as the vendor's SDK reads it", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryResponse, fc.boolean(), async (response, includeUsage) => {
        const frames = ingress.renderAsStream(response, { usage, note, includeUsage });
        expect(frames.endsWith("data: [DONE]\n\n")).toBe(true);
        expect(frames.includes('"prompt_tokens":10')).toBe(includeUsage);
        expect(await readWithSdk(frames)).toEqual(said(response));
      }),
      { numRuns: 40 },
    );
  });

  test("with the prompt before it where the caller wants that, and log probabilities in four lists", () => {
    const echo = ingress.echoOf?.(ingress.parseRequest({ ...base, echo: true })) ?? {};
    const top = [{ token: " upon", logprob: -0.1 }];
    const logprobs = { content: [{ token: " upon", logprob: -0.1, top_logprobs: top }], refusal: null };
    const response: NeutralResponse = {
      source: { dialect: "gemini", body: {} },
      ...options.defaults,
      choices: [{ index: 0, parts: [{ kind: "text", text: " upon" }], finish: "tool_calls", logprobs }],
      usage,
      outputChars: 5,
    };
    const { body } = ingress.renderResponse(response, { usage, note, echo });
    expect(body).toMatchObject({ object: "text_completion", usage: { signalbox: { endpoint: "acme/m" } } });
    expect(body["choices"]).toEqual([
      {
        text: "Once upon",
        index: 0,
        finish_reason: "stop",
        logprobs: {
          tokens: [" upon"],
          token_logprobs: [-0.1],
          top_logprobs: [{ " upon": -0.1 }],
          text_offset: [4],
        },
      },
    ]);
    const frames = ingress.renderAsStream(response, { usage, note, includeUsage: false, echo });
    expect(frames).toContain('"text":"Once upon"');
  });

  test("with each of several choices under its own index, whole and streamed, each with the prompt before it", async () => {
    const choices = ["one", "two"].map((text, index) => {
      return { index, parts: [{ kind: "text", text: ` ${text}` }], finish: "stop" } as const;
    });
    const response = {
      source: { dialect: "gemini", body: {} },
      ...options.defaults,
      choices,
      usage,
      outputChars: 8,
    } as const;
    const echo = { prompt: "Once" };
    const { body } = ingress.renderResponse(response, { usage, note, echo });
    expect(body["choices"]).toMatchObject([
      { index: 0, text: "Once one" },
      { index: 1, text: "Once two" },
    ]);
    const frames = ingress.renderAsStream(response, { usage, note, includeUsage: true, echo });
    expect(await readWithSdk(frames)).toEqual(["Once one", "Once two"]);
  });
});
