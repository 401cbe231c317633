import { createServer } from "node:http";
import { connect } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { listen } from "./listening-server.ts";

test("when it is disposed of, the server has closed, whatever was under way", async () => {
  const server = createServer(() => {});
  let hasClosed = false;
  server.on("close", () => {
    hasClosed = true;
  });
  const listening = await listen(server, { port: 0, host: "127.0.0.1" });
  const client = connect(listening.port, "127.0.0.1");
  client.on("error", () => {});
  client.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  await once(server, "request");
  await listening[Symbol.asyncDispose]();
  expect(hasClosed).toBe(true);
  await listening[Symbol.asyncDispose]();
});
