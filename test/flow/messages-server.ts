import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import Anthropic from "@anthropic-ai/sdk";
import {
  egressOf,
  ingressOf,
  type NeutralRequest,
  parseAnthropicCount,
  renderAnthropicCount,
} from "@signalbox/dialects";
import { SignalboxError, type WireName } from "@signalbox/proto";

/** The events of a provider's stream, and the error that follows them. */
type Streamed = { readonly wire: WireName; readonly events: readonly unknown[]; readonly failure?: SignalboxError };

/** What a provider of `wire` answers: whole, as a stream, or not at all. */
type Answer = { readonly wire: WireName; readonly body: unknown } | Streamed | { readonly error: SignalboxError };

/** The codecs alone behind a socket, and the unmodified SDK of Anthropic in front of them. */
export type MessagesServer = AsyncDisposable & {
  readonly client: Anthropic;
  /** The last request, in no vendor's words. */
  request: NeutralRequest | null;
  answer: Answer;
};

const note = { decisionId: "d", costPicoUsd: "1", endpoint: "acme/m" };
const usage = {
  inputTokens: 3,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 4,
  reasoningTokens: 0,
  source: "estimated",
} as const;
const reading = { provider: "acme", secrets: [], defaults: { id: "msg_x", createdAtS: 0, model: "m" } };
const caller = ingressOf("anthropic-messages");

export async function startMessagesServer(): Promise<MessagesServer> {
  const server = createServer((request, response) => void serve(request, response, rig));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const rig: MessagesServer = {
    client: new Anthropic({ baseURL: `http://127.0.0.1:${port}`, apiKey: "sbx", maxRetries: 0 }),
    request: null,
    answer: { error: new SignalboxError("internal", "No answer is set.") },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return rig;
}

async function serve(request: IncomingMessage, response: ServerResponse, rig: MessagesServer): Promise<void> {
  try {
    const body = JSON.parse(await readText(request)) as unknown;
    if (request.url?.startsWith("/v1/messages/count_tokens") === true) {
      rig.request = parseAnthropicCount(body);
      return send(response, 200, renderAnthropicCount(14));
    }
    rig.request = caller.parseRequest(body);
    const { answer } = rig;
    if ("error" in answer) throw answer.error;
    if ("body" in answer) {
      const read = egressOf(answer.wire).parseResponse(answer.body, reading);
      return send(response, 200, caller.renderResponse(read, { usage: read.usage ?? usage, note }).body);
    }
    response.writeHead(200, { "content-type": caller.streamType() });
    response.end(framesOf(answer));
  } catch (error) {
    const { status, body } = caller.renderError(SignalboxError.from(error));
    send(response, status, body);
  }
}

function framesOf(answer: Streamed): string {
  const codec = egressOf(answer.wire);
  let state = codec.startReading({ ...reading, choices: 1 });
  let writing = caller.startWriting({ includeUsage: true, inputTokens: 3 });
  let frames = "";
  for (const event of answer.events) {
    const [next, chunks] = codec.readEvent(state, { event: "", data: JSON.stringify(event) });
    state = next;
    for (const chunk of chunks) {
      const [written, frame] = caller.writeChunk(writing, chunk);
      writing = written;
      frames += frame;
    }
  }
  const { progress } = codec.readEnd(state);
  if (answer.failure !== undefined) return frames + caller.renderErrorFrame(answer.failure);
  const tail = { usage: progress.usage ?? usage, usageSource: progress.usageSource, usageForm: codec.form, note };
  return frames + caller.writeTail(writing, tail);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
