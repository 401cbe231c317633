import { createServer, type ServerResponse } from "node:http";
import { serveAsChild } from "./serve-as-child.ts";
import { stampNow } from "./chunk-stamp.ts";

/**
 * A provider of Anthropic Messages that streams words at a steady pace, each word being the moment at which it leaves.
 * The path says how many and how far apart: `/CHUNKS/GAP_MS/v1/messages`.
 */
const PATH = /^\/(\d+)\/(\d+)\//;

await serveAsChild(
  createServer((request, response) => {
    const [, chunks = "100", gapMs = "5"] = PATH.exec(request.url ?? "") ?? [];
    request.resume().on("end", () => {
      stream(response, Number(chunks), Number(gapMs));
    });
  }),
);

function stream(response: ServerResponse, chunks: number, gapMs: number): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  response.socket?.setNoDelay(true);
  const usage = { input_tokens: 96, output_tokens: 1 };
  const message = { id: "msg_bench", type: "message", role: "assistant", model: "mock", content: [], usage };
  send(response, { type: "message_start", message });
  send(response, { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } });
  let left = chunks;
  const timer = setInterval(() => {
    if (response.destroyed) {
      clearInterval(timer);
      return;
    }
    left -= 1;
    const delta = { type: "text_delta", text: stampNow() };
    send(response, { type: "content_block_delta", index: 0, delta });
    if (left > 0) return;
    clearInterval(timer);
    send(response, { type: "content_block_stop", index: 0 });
    send(response, { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: chunks } });
    send(response, { type: "message_stop" });
    response.end();
  }, gapMs);
}

function send(response: ServerResponse, event: { readonly type: string; readonly [field: string]: unknown }): void {
  response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}
