const USAGE = {
  input_tokens: 9,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 12,
  output_tokens_details: { reasoning_tokens: 3 },
  total_tokens: 21,
};
const HEAD = { id: "resp_1", object: "response", created_at: 1, model: "m", error: null, incomplete_details: null };

export type Item = { readonly type: string; readonly [field: string]: unknown };
export const wholeOf = (output: readonly Item[], beside: object = {}): object => ({
  ...HEAD,
  status: "completed",
  output,
  usage: USAGE,
  ...beside,
});

type Inner = { readonly inner?: readonly object[]; readonly begin?: object };

/** The events around an item: `inner` are those between its beginning, which has the fields of `begin`, and its end. */
export function eventsOf(item: Item, at: number, { inner = [], begin = {} }: Inner = {}): object[] {
  const place = { item_id: item["id"], output_index: at };
  return [
    { type: "response.output_item.added", output_index: at, item: { ...item, status: "in_progress", ...begin } },
    ...inner.map((event) => ({ ...place, ...event })),
    { type: "response.output_item.done", output_index: at, item },
  ];
}

export function streamOf(events: readonly object[], output: readonly Item[], end = "response.completed"): object[] {
  const response = { ...HEAD, status: "in_progress", output: [], usage: null };
  return [
    { type: "response.created", response },
    { type: "response.in_progress", response },
    ...events,
    { type: end, response: wholeOf(output) },
  ];
}

export const text = (words: string, annotations: readonly object[] = []): object => ({
  type: "output_text",
  text: words,
  annotations,
  logprobs: [],
});
export const message = (content: readonly object[]): Item => ({
  id: "msg_1",
  type: "message",
  status: "completed",
  role: "assistant",
  content,
});
export const HELLO = message([text("Hello")]);
export const helloEvents = (at: number): object[] =>
  eventsOf(HELLO, at, {
    inner: [
      { type: "response.content_part.added", content_index: 0, part: text("") },
      { type: "response.output_text.delta", content_index: 0, delta: "Hel", logprobs: [] },
      { type: "response.output_text.delta", content_index: 0, delta: "lo", logprobs: [] },
      { type: "response.output_text.done", content_index: 0, text: "Hello", logprobs: [] },
      { type: "response.content_part.done", content_index: 0, part: text("Hello") },
    ],
    begin: { content: [] },
  });
export const SAID = { kind: "text", text: "Hello" };
