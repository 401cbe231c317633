import type { WireName } from "@signalbox/proto";

/** A call of a conversation, with the result that stands for it. */
type ToolExchange = { readonly name: string; readonly arguments: unknown; readonly result: string };

type Fields = Record<string, unknown>;
type Call = { readonly id: string; readonly name: string; readonly arguments: unknown };
type Result = { readonly id: string; readonly result: string };
type Told = { readonly calls: readonly Call[]; readonly results: readonly Result[] };

const READERS: Readonly<Record<WireName, (body: Fields) => Told>> = {
  "openai-chat": fromChat,
  "azure-openai": fromChat,
  mistral: fromChat,
  "cohere-v2": fromChat,
  "openai-responses": fromResponses,
  "anthropic-messages": fromMessages,
  gemini: fromGemini,
  "bedrock-converse": fromConverse,
};

/**
 * Every call of a request in its wire's words, in its order. Throws where a call has no result of its own, or a result
 * no call.
 */
export function toolExchangesOf(wire: WireName, body: Fields): readonly ToolExchange[] {
  const { calls, results } = READERS[wire](body);
  if (new Set(calls.map(({ id }) => id)).size < calls.length) throw new Error(`two calls have one id: ${idsOf(calls)}`);
  if (idsOf(calls) !== idsOf(results)) throw new Error(`calls ${idsOf(calls)}, but results ${idsOf(results)}`);
  return calls.map(({ id, ...call }) => ({ ...call, result: results.find((each) => each.id === id)!.result }));
}

function idsOf(told: readonly { readonly id: string }[]): string {
  return told
    .map(({ id }) => id)
    .toSorted()
    .join(" ");
}

function fromChat(body: Fields): Told {
  const messages = body["messages"] as Fields[];
  const calls = messages.flatMap(({ tool_calls: each }) => (each ?? []) as { id: string; function: Fields }[]);
  return {
    calls: calls.map((call) => callOf(call.id, call.function["name"], call.function["arguments"])),
    results: messages
      .filter(({ role }) => role === "tool")
      .map((each) => resultOf(each["tool_call_id"], each["content"])),
  };
}

function fromResponses(body: Fields): Told {
  const items = typeof body["input"] === "string" ? [] : (body["input"] as Fields[]);
  const of = (type: string): Fields[] => items.filter((item) => item["type"] === type);
  return {
    calls: of("function_call").map((item) => callOf(item["call_id"], item["name"], item["arguments"])),
    results: of("function_call_output").map((item) => resultOf(item["call_id"], item["output"])),
  };
}

function fromMessages(body: Fields): Told {
  const blocks = (body["messages"] as { content: string | Fields[] }[]).flatMap(({ content }) =>
    typeof content === "string" ? [] : content,
  );
  const of = (type: string): Fields[] => blocks.filter((block) => block["type"] === type);
  return {
    calls: of("tool_use").map((block) => callOf(block["id"], block["name"], block["input"])),
    results: of("tool_result").map((block) => resultOf(block["tool_use_id"], block["content"])),
  };
}

/** Without ids, Gemini takes the results of a turn's calls in their order. */
function fromGemini(body: Fields): Told {
  const parts = (body["contents"] as { parts: Fields[] }[]).flatMap(({ parts: each }) => each);
  const of = (kind: string): Fields[] =>
    parts.flatMap((part) => (part[kind] === undefined ? [] : [part[kind] as Fields]));
  const idOf = (each: Fields, index: number): unknown => each["id"] ?? `${String(each["name"])} ${index}`;
  return {
    calls: of("functionCall").map((call, index) => callOf(idOf(call, index), call["name"], call["args"])),
    results: of("functionResponse").map((each, index) => resultOf(idOf(each, index), each["response"])),
  };
}

function fromConverse(body: Fields): Told {
  const blocks = (body["messages"] as { content: Fields[] }[]).flatMap(({ content }) => content);
  const of = (kind: string): Fields[] =>
    blocks.flatMap((block) => (block[kind] === undefined ? [] : [block[kind] as Fields]));
  return {
    calls: of("toolUse").map((use) => callOf(use["toolUseId"], use["name"], use["input"])),
    results: of("toolResult").map((each) => resultOf(each["toolUseId"], each["content"])),
  };
}

function callOf(id: unknown, name: unknown, given: unknown): Call {
  return { id: String(id), name: String(name), arguments: typeof given === "string" ? JSON.parse(given) : given };
}

function resultOf(id: unknown, content: unknown): Result {
  return { id: String(id), result: typeof content === "string" ? content : JSON.stringify(content) };
}
