import { setImmediate as nextTurn } from "node:timers/promises";
import { NO_USAGE, plainRequestFacts, type PipelineReply } from "@signalbox/proto";
import { expect, test } from "vitest";
import type { ChatRequest } from "./chat-request.ts";
import { renderCached } from "./render-cached.ts";

const MIB = 1024 * 1024;
const HIT = {
  kind: "cached",
  requestId: "01900000-0000-7000-8000-000000000001",
  attempt: 1,
  decisionId: "01900000-0000-7000-8000-000000000002",
  endpoint: "mock/model-1",
  address: "127.0.0.1:1",
  entryId: "01900000-0000-7000-8000-000000000003",
  usage: NO_USAGE,
} satisfies Extract<PipelineReply, { kind: "cached" }>;

function asked(facts: Parameters<typeof plainRequestFacts>[0]): ChatRequest {
  const body = Buffer.from(JSON.stringify({ model: "m", messages: [] }));
  const view = { text: "", truncated: false } as unknown as ChatRequest["view"];
  const plain = { envelope: null, labels: null, traceparent: "", includeUsage: true, startedMs: 0 };
  return { body, view, facts: plainRequestFacts(facts), ...plain };
}

function chatOf(contents: readonly string[]): object {
  const choices = contents.map((content, index) => {
    return { index, message: { role: "assistant", content }, finish_reason: "stop" };
  });
  return { id: "x", object: "chat.completion", created: 1, model: "m", choices, usage: { prompt_tokens: 1 } };
}

type Rendered = { readonly text: string | null; readonly turns: number };

/** What a cached answer becomes, and how many turns others had in the meantime. */
async function render(kept: object, facts: Parameters<typeof plainRequestFacts>[0]): Promise<Rendered> {
  let turns = 0;
  let isOver = false;
  const others = (async () => {
    for (;;) {
      await nextTurn();
      turns += 1;
      if (isOver) return;
    }
  })();
  const rendered = await renderCached(Buffer.from(JSON.stringify(kept)), asked(facts), { hit: HIT, guard: null });
  isOver = true;
  await others;
  return { text: rendered?.answer.toString("utf8") ?? null, turns };
}

test.each([true, false])(
  "others have turns while a large cached answer is made into one, streamed: %s",
  async (stream) => {
    const words = "Words and words. ".repeat(100_000);
    const small = await render(chatOf(["short"]), { stream });
    const large = await render(chatOf([words]), { stream });
    expect(large.text).toContain(words);
    expect(small.turns).toBeLessThanOrEqual(1);
    expect(large.turns).toBeGreaterThanOrEqual(3);
  },
);

test("a large list of embeddings is written in pieces that are the same text", async () => {
  const data = Array.from({ length: 1_000 }, (_, index) => {
    return { object: "embedding", index, embedding: Array.from({ length: 64 }, (__, at) => at / 7 + index) };
  });
  const kept = { object: "list", model: "m", empty: [], data, usage: { prompt_tokens: 3, total_tokens: 3 } };
  const { text, turns } = await render(kept, { operation: "embeddings", stream: false });
  const read = JSON.parse(text ?? "") as Record<string, unknown>;
  expect(text).toBe(JSON.stringify(read));
  expect(read).toMatchObject({ object: "list", empty: [], data, usage: { total_tokens: 3 } });
  expect(turns).toBeGreaterThan(data.length / 32);
});

test("what the cache was told to keep is given out, however large", async () => {
  expect((await render(chatOf(["x".repeat(5 * MIB)]), {})).text?.length).toBeGreaterThan(5 * MIB);
});

test("more choices than anybody asks for would take too long in one turn, and are asked for anew", async () => {
  expect((await render(chatOf(Array.from({ length: 129 }, () => "short")), {})).text).toBeNull();
  expect((await render(chatOf(Array.from({ length: 128 }, () => "short")), {})).text).not.toBeNull();
});
