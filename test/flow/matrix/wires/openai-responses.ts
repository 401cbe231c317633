import { json } from "../../../kit/upstream.ts";
import { type Answer, INPUT_TOKENS, OUTPUT_TOKENS } from "../cases.ts";
import { membersOf, piecesOf, SIGNATURE, sse, type WireFake } from "./wire-fake.ts";

type Item = Record<string, unknown>;

function itemsOf({ text, calls = [], reasoning, refused }: Answer): Item[] {
  const part = refused ? { type: "refusal", refusal: "I cannot help with that." } : textPart(text ?? "");
  const summary = [{ type: "summary_text", text: reasoning }];
  return [
    ...(reasoning === undefined ? [] : [{ type: "reasoning", id: "rs_up", summary, encrypted_content: SIGNATURE }]),
    ...(text === undefined && !refused
      ? []
      : [{ type: "message", id: "msg_up", role: "assistant", status: "completed", content: [part] }]),
    ...calls.map(({ id, name, arguments: given }, at) => ({
      type: "function_call",
      id: `fc_${at}`,
      call_id: id,
      name,
      arguments: JSON.stringify(given),
      status: "completed",
    })),
  ];
}

function textPart(text: string): Item {
  return { type: "output_text", text, annotations: [], logprobs: [] };
}

function response(status: string, output: readonly Item[], more: object = {}): object {
  const usage = {
    input_tokens: INPUT_TOKENS,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: OUTPUT_TOKENS,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: INPUT_TOKENS + OUTPUT_TOKENS,
  };
  const head = { id: "resp_up", object: "response", created_at: 1_700_000_000, model: "m", error: null };
  return {
    ...head,
    incomplete_details: null,
    parallel_tool_calls: true,
    tools: [],
    status,
    output,
    ...(status === "completed" ? { usage } : {}),
    ...more,
  };
}

function eventsOf(item: Item, output_index: number): object[] {
  const { id: item_id } = item;
  const at = { item_id, output_index };
  const added = (empty: Item): object => ({ type: "response.output_item.added", output_index, item: empty });
  const done = { type: "response.output_item.done", output_index, item };
  if (item["type"] === "function_call") {
    const { arguments: given } = item;
    const delta = { type: "response.function_call_arguments.delta", ...at, delta: given };
    const end = { type: "response.function_call_arguments.done", ...at, arguments: given };
    return [added({ ...item, arguments: "", status: "in_progress" }), delta, end, done];
  }
  if (item["type"] === "reasoning") return [added({ ...item, summary: [] }), ...summaryEvents(item, at), done];
  return [added({ ...item, content: [], status: "in_progress" }), ...contentEvents(item, at), done];
}

function summaryEvents(item: Item, at: object): object[] {
  const [part] = item["summary"] as { text: string }[];
  const place = { ...at, summary_index: 0 };
  return [
    { type: "response.reasoning_summary_part.added", ...place, part: { type: "summary_text", text: "" } },
    { type: "response.reasoning_summary_text.delta", ...place, delta: part!.text },
    { type: "response.reasoning_summary_text.done", ...place, text: part!.text },
    { type: "response.reasoning_summary_part.done", ...place, part },
  ];
}

function contentEvents(item: Item, at: object): object[] {
  const [part] = item["content"] as { type: string; text?: string; refusal?: string }[];
  const place = { ...at, content_index: 0 };
  const isText = part!.type === "output_text";
  const kind = isText ? "response.output_text" : "response.refusal";
  const text = part!.text ?? part!.refusal ?? "";
  const empty = isText ? textPart("") : { type: "refusal", refusal: "" };
  return [
    { type: "response.content_part.added", ...place, part: empty },
    ...piecesOf(text).map((delta) => ({ type: `${kind}.delta`, ...place, delta })),
    { type: `${kind}.done`, ...place, [isText ? "text" : "refusal"]: text },
    { type: "response.content_part.done", ...place, part },
  ];
}

function numbered(events: readonly object[]): object[] {
  return events.map((event, sequence_number) => ({ ...event, sequence_number }));
}

const CREATED = { type: "response.created", response: response("in_progress", []) };

export const openaiResponsesFake: WireFake = {
  whole: (answer) => json(200, response("completed", itemsOf(answer))),
  streamed(answer) {
    const items = itemsOf(answer);
    const completed = { type: "response.completed", response: response("completed", items) };
    return { steps: sse(numbered([CREATED, ...items.flatMap(eventsOf), completed]), true) };
  },
  failure: () => json(429, { error: { message: "slow down", type: "rate_limit", code: null } }, { "retry-after": "7" }),
  brokenStream(answer) {
    const error = { code: "server_error", message: "overloaded" };
    const failed = { type: "response.failed", response: response("failed", [], { error }) };
    return { steps: sse(numbered([CREATED, ...eventsOf(itemsOf(answer)[0]!, 0).slice(0, -3), failed]), true) };
  },
  seen({ path, body }) {
    if (!path.endsWith("/responses") || body["input"] === undefined) throw new Error(`not responses: ${path}`);
    const input = body["input"] as string | Item[];
    const items = typeof input === "string" ? [{ type: "message", content: input } as Item] : input;
    const results = items.filter(({ type }) => type === "function_call_output");
    const texts = items
      .filter((item) => item["content"] !== undefined)
      .flatMap(({ content }) => (typeof content === "string" ? [content] : membersOf(content, "text")));
    return {
      texts: texts as string[],
      tools: ((body["tools"] ?? []) as { name: string }[]).map(({ name }) => name),
      results: results.flatMap(({ output }) =>
        typeof output === "string" ? [output] : (membersOf(output, "text") as string[]),
      ),
      images: (membersOf(items, "image_url") as string[]).map((url) => url.slice(url.indexOf(",") + 1)),
      schema: Object.keys(membersOf(body["text"], "properties")[0] ?? {}),
      stream: body["stream"] === true,
    };
  },
};
