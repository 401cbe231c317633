import type { ServerResponse } from "node:http";
import type { Exchange } from "../http/route.ts";

/** Sends the head of a stream of server-sent events. Null: the reader has left already. */
export function openFeed({ request, reply }: Exchange): ServerResponse | null {
  reply.hijack();
  const response = reply.raw;
  // `close` was emitted before anybody listened, so nothing would ever end the feed.
  if (response.destroyed) return null;
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
    "x-request-id": request.id,
  });
  return response;
}
