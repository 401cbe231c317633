import { Agent, createServer, request } from "node:http";
import { serveAsChild } from "./serve-as-child.ts";

/** The least that stands between a caller and a provider: every byte is passed on, nothing is looked at. */
const upstream = new URL(process.argv[2]!);
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

await serveAsChild(
  createServer((incoming, response) => {
    const { method, url, headers } = incoming;
    const outgoing = request({ agent, host: upstream.hostname, port: upstream.port, method, path: url, headers });
    outgoing
      .on("response", (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      })
      .on("error", () => {
        if (response.headersSent) response.destroy();
        else response.writeHead(502).end();
      });
    incoming.pipe(outgoing);
  }),
);
