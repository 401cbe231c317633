import { crc32 } from "node:zlib";
import { json, type Script } from "../../../kit/upstream.ts";
import { type Answer, INPUT_TOKENS, OUTPUT_TOKENS } from "../cases.ts";
import { membersOf, piecesOf, SIGNATURE, type WireFake } from "./wire-fake.ts";

const USAGE = {
  inputTokens: INPUT_TOKENS,
  outputTokens: OUTPUT_TOKENS,
  totalTokens: INPUT_TOKENS + OUTPUT_TOKENS,
};

function contentOf({ text, calls = [], reasoning }: Answer): Record<string, object | string>[] {
  const reasoningText = { text: reasoning, signature: SIGNATURE };
  return [
    ...(reasoning === undefined ? [] : [{ reasoningContent: { reasoningText } }]),
    ...(text === undefined ? [] : [{ text }]),
    ...calls.map(({ id, name, arguments: input }) => ({ toolUse: { toolUseId: id, name, input } })),
  ];
}

function stopOf({ calls, refused }: Answer): string {
  if (refused) return "content_filtered";
  return calls === undefined ? "end_turn" : "tool_use";
}

/**
 * https://smithy.io/2.0/aws/amazon-eventstream.html: lengths, headers, payload, with a checksum after the prelude and
 * one at the end.
 */
function frame(headers: Readonly<Record<string, string>>, payload: object): Buffer {
  const head = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const size = Buffer.alloc(2);
      size.writeUInt16BE(Buffer.byteLength(value));
      return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), size, Buffer.from(value)]);
    }),
  );
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + head.length + body.length, 0);
  prelude.writeUInt32BE(head.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, head, body]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(message));
  return Buffer.concat([message, checksum]);
}

function event(type: string, payload: object): Buffer {
  const headers = { ":event-type": type, ":content-type": "application/json", ":message-type": "event" };
  return frame(headers, payload);
}

function blockFrames(block: Record<string, object | string>, contentBlockIndex: number): Buffer[] {
  const at = (delta: object): Buffer => event("contentBlockDelta", { contentBlockIndex, delta });
  const stop = event("contentBlockStop", { contentBlockIndex });
  if (typeof block["text"] === "string") return [...piecesOf(block["text"]).map((text) => at({ text })), stop];
  if (block["toolUse"] !== undefined) {
    const { input, ...call } = block["toolUse"] as { input: object };
    const start = event("contentBlockStart", { contentBlockIndex, start: { toolUse: call } });
    return [start, at({ toolUse: { input: JSON.stringify(input) } }), stop];
  }
  const { reasoningText } = block["reasoningContent"] as { reasoningText: { text: string; signature: string } };
  const { text, signature } = reasoningText;
  return [at({ reasoningContent: { text } }), at({ reasoningContent: { signature } }), stop];
}

function stream(frames: readonly Buffer[]): Script {
  return {
    headers: { "content-type": "application/vnd.amazon.eventstream" },
    steps: frames.map((each) => ({ send: each })),
  };
}

const START = event("messageStart", { role: "assistant" });

export const bedrockFake: WireFake = {
  whole: (answer) =>
    json(200, {
      output: { message: { role: "assistant", content: contentOf(answer) } },
      stopReason: stopOf(answer),
      usage: USAGE,
      metrics: { latencyMs: 1 },
    }),
  streamed: (answer) =>
    stream([
      START,
      ...contentOf(answer).flatMap(blockFrames),
      event("messageStop", { stopReason: stopOf(answer) }),
      event("metadata", { usage: USAGE, metrics: { latencyMs: 1 } }),
    ]),
  failure: () =>
    json(429, { message: "slow down" }, { "x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/" }),
  brokenStream(answer) {
    const headers = {
      ":exception-type": "serviceUnavailableException",
      ":content-type": "application/json",
      ":message-type": "exception",
    };
    const text = contentOf(answer).flatMap(blockFrames).slice(0, -1);
    return stream([START, ...text, frame(headers, { message: "overloaded" })]);
  },
  seen({ path, body }) {
    if (!/\/model\/[\w-]+\/converse(?:-stream)?$/.test(path)) throw new Error(`not converse: ${path}`);
    const blocks = (body["messages"] as { content: Record<string, unknown>[] }[]).flatMap(({ content }) => content);
    const config = body["toolConfig"] ?? {};
    return {
      texts: blocks.flatMap(({ text }) => (text === undefined ? [] : [text as string])),
      tools: membersOf(config, "toolSpec").flatMap((spec) => (spec as { name: string }).name),
      results: blocks.flatMap(({ toolResult }) => (toolResult === undefined ? [] : [JSON.stringify(toolResult)])),
      images: blocks.flatMap(({ image }) => membersOf(image, "bytes") as string[]),
      schema: Object.keys(membersOf(body["outputConfig"] ?? {}, "properties")[0] ?? {}),
      stream: path.endsWith("-stream"),
    };
  },
};
