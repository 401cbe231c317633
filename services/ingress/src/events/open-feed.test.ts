import { once } from "node:events";
import type { AddressInfo } from "node:net";
import fastify from "fastify";
import { expect, test } from "vitest";
import { openFeed } from "./open-feed.ts";

test("a feed is not opened for a reader who left before it began", async () => {
  await using app = fastify();
  const { promise: opened, resolve } = Promise.withResolvers<unknown>();
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  app.get("/feed", async (request, reply) => {
    reach();
    await once(reply.raw, "close");
    resolve(openFeed({ request, reply }));
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const leaving = new AbortController();
  const { port } = app.server.address() as AddressInfo;
  const asking = fetch(`http://127.0.0.1:${port}/feed`, { signal: leaving.signal }).catch(() => null);
  await reached;
  leaving.abort();
  await asking;
  expect(await opened).toBeNull();
});
