import { json } from "../../../kit/upstream.ts";
import { type Answer, INPUT_TOKENS, OUTPUT_TOKENS } from "../cases.ts";
import { membersOf, sse, type WireFake, piecesOf } from "./wire-fake.ts";

const USAGE = {
  billed_units: { input_tokens: INPUT_TOKENS, output_tokens: OUTPUT_TOKENS },
  tokens: { input_tokens: INPUT_TOKENS, output_tokens: OUTPUT_TOKENS },
};

function callsOf({ calls = [] }: Answer): { id: string; type: string; function: object }[] {
  return calls.map(({ id, name, arguments: given }) => ({
    id,
    type: "function",
    function: { name, arguments: JSON.stringify(given) },
  }));
}

function finishOf({ calls, refused }: Answer): string {
  if (refused) return "ERROR_TOXIC";
  return calls === undefined ? "COMPLETE" : "TOOL_CALL";
}

function contentOf({ text, reasoning }: Answer): { type: string; text?: string; thinking?: string }[] {
  return [
    ...(reasoning === undefined ? [] : [{ type: "thinking", thinking: reasoning }]),
    ...(text === undefined ? [] : [{ type: "text", text }]),
  ];
}

function streamEvents(answer: Answer): object[] {
  const contents = contentOf(answer).flatMap((block, index) => {
    const field = block.type === "text" ? "text" : "thinking";
    const at = (type: string, content: object): object => ({ type, index, delta: { message: { content } } });
    const pieces = piecesOf(block[field]).map((piece) => at("content-delta", { [field]: piece }));
    return [at("content-start", { type: block.type, [field]: "" }), ...pieces, { type: "content-end", index }];
  });
  const calls = callsOf(answer).flatMap((call, index) => {
    const given = (call.function as { arguments: string }).arguments;
    const start = { ...call, function: { ...call.function, arguments: "" } };
    return [
      { type: "tool-call-start", index, delta: { message: { tool_calls: start } } },
      { type: "tool-call-delta", index, delta: { message: { tool_calls: { function: { arguments: given } } } } },
      { type: "tool-call-end", index },
    ];
  });
  return [{ type: "message-start", id: "up", delta: { message: { role: "assistant" } } }, ...contents, ...calls];
}

export const cohereFake: WireFake = {
  whole(answer) {
    const calls = answer.calls === undefined ? {} : { tool_calls: callsOf(answer) };
    const message = { role: "assistant", content: contentOf(answer), ...calls };
    return json(200, { id: "up", finish_reason: finishOf(answer), message, usage: USAGE });
  },
  streamed(answer) {
    const end = { type: "message-end", delta: { finish_reason: finishOf(answer), usage: USAGE } };
    return { steps: sse([...streamEvents(answer), end], true) };
  },
  failure: () => json(429, { id: "up", message: "slow down" }),
  brokenStream: (answer) => ({
    steps: sse(
      [
        ...streamEvents(answer).slice(0, -1),
        { type: "message-end", delta: { finish_reason: "ERROR", error: "overloaded", usage: USAGE } },
      ],
      true,
    ),
  }),
  seen({ path, body }) {
    if (!path.endsWith("/chat") || !Array.isArray(body["messages"])) throw new Error(`not cohere: ${path}`);
    const messages = body["messages"] as { role: string; content: unknown }[];
    const images = membersOf(messages, "image_url").map((image) => (image as { url: string }).url);
    return {
      texts: messages.filter((message) => !isTool(message)).flatMap(({ content }) => textsOf(content)),
      tools: ((body["tools"] ?? []) as { function: { name: string } }[]).map((tool) => tool.function.name),
      results: messages.filter(isTool).map(({ content }) => JSON.stringify(content)),
      images: images.map((url) => url.slice(url.indexOf(",") + 1)),
      schema: Object.keys(membersOf(body["response_format"], "properties")[0] ?? {}),
      stream: body["stream"] === true,
    };
  },
};

function isTool({ role }: { role: string }): boolean {
  return role === "tool";
}

function textsOf(content: unknown): string[] {
  return typeof content === "string" ? [content] : (membersOf(content, "text") as string[]);
}
