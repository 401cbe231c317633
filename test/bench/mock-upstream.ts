import { createServer, type ServerResponse } from "node:http";
import { streamedAnswer, WHOLE_ANSWER } from "./chat-answers.ts";
import { serveAsChild } from "./serve-as-child.ts";

/** A provider that answers at once: the process that all targets stand in front of. */
const STREAMS = /"stream"\s*:\s*true/;
const WANTS_USAGE = /"include_usage"\s*:\s*true/;
const WITH_USAGE = streamedAnswer(true);
const WITHOUT_USAGE = streamedAnswer(false);
const MODELS = JSON.stringify({
  object: "list",
  data: [{ id: "mock-small", object: "model", created: 0, owned_by: "mock" }],
});

await serveAsChild(
  createServer((request, response) => {
    if (request.method === "GET") {
      response.writeHead(200, { "content-type": "application/json" }).end(MODELS);
      return;
    }
    const pieces: Buffer[] = [];
    request
      .on("data", (piece: Buffer) => pieces.push(piece))
      .on("end", () => {
        const body = (pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)).toString("latin1");
        if (STREAMS.test(body)) stream(response, WANTS_USAGE.test(body) ? WITH_USAGE : WITHOUT_USAGE);
        else whole(response);
      });
  }),
);

function whole(response: ServerResponse): void {
  response
    .writeHead(200, { "content-type": "application/json", "content-length": WHOLE_ANSWER.length })
    .end(WHOLE_ANSWER);
}

/** One event a turn of the event loop, so that they leave apart from each other as a model's tokens do. */
function stream(response: ServerResponse, events: readonly Buffer[]): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  let at = 0;
  const next = (): void => {
    if (response.destroyed) return;
    response.write(events[at]!);
    at += 1;
    if (at < events.length) setImmediate(next);
    else response.end();
  };
  next();
}
