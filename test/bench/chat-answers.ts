const ID = "chatcmpl-bench-0001";
const CREATED = 1_750_000_000;
const MODEL = "mock-small";
const WORDS =
  "The bars slide through notches in one another , so a lever that is pulled blocks every lever that would send a train the same way .";
const USAGE = { prompt_tokens: 96, completion_tokens: 27, total_tokens: 123 };

/** A whole answer as OpenAI writes it. */
export const WHOLE_ANSWER = Buffer.from(
  JSON.stringify({
    id: ID,
    object: "chat.completion",
    created: CREATED,
    model: MODEL,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: WORDS, refusal: null },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    usage: USAGE,
    system_fingerprint: null,
  }),
);

/** The same answer as a stream: each element is one event, framed. */
export function streamedAnswer(withUsage: boolean): Buffer[] {
  const words = WORDS.split(" ").map((word, at) => (at === 0 ? word : ` ${word}`));
  const events = [
    chunk({ role: "assistant", content: "" }, null),
    ...words.map((content) => chunk({ content }, null)),
    chunk({}, "stop"),
    ...(withUsage ? [{ ...head(), choices: [], usage: USAGE }] : []),
  ];
  return [...events.map((event) => JSON.stringify(event)), "[DONE]"].map((data) => Buffer.from(`data: ${data}\n\n`));
}

function chunk(delta: object, finishReason: string | null): object {
  return { ...head(), choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }] };
}

function head(): object {
  return { id: ID, object: "chat.completion.chunk", created: CREATED, model: MODEL, system_fingerprint: null };
}
