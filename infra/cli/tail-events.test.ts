import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createApiClient } from "./api-client.ts";
import { tailEvents, type TailOptions } from "./tail-events.ts";

/** A register of ten entries whose connection breaks after every three. */
async function flakyRegister(
  answer: (url: URL, response: ServerResponse) => void,
): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    answer(new URL(request.url ?? "/", "http://x"), response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function optionsFor(stop: AbortController, more: Partial<TailOptions> = {}): TailOptions {
  return { from: 0, types: [], stop: stop.signal, onLost: () => {}, ...more };
}

function entry(index: number): string {
  const json = JSON.stringify({ index, type: "decision", requestId: "r", event: { text: "ä😀" } });
  return `id: ${index}\nevent: decision\ndata: ${json}\n\n`;
}

test("no entry is skipped or repeated over lost connections", async () => {
  const asked: string[] = [];
  await using register = await flakyRegister((url, response) => {
    asked.push(url.search);
    const from = Number(url.searchParams.get("from_index"));
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let index = from; index < Math.min(from + 3, 10); index += 1) response.write(entry(index));
    // Half an entry is on the wire when the connection breaks.
    response.write(entry(from + 3).slice(0, 40), () => response.destroy());
  });
  const stop = new AbortController();
  const api = createApiClient({ baseUrl: register.url, key: "k" }, stop.signal);
  const indexes: number[] = [];
  for await (const { index } of tailEvents(api, optionsFor(stop, { types: ["decision", "outcome"] }))) {
    indexes.push(index);
    if (indexes.length === 10) stop.abort();
  }
  expect(indexes).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(asked[0]).toBe("?from_index=0&types=decision%2Coutcome");
  expect(asked[1]).toBe("?from_index=3&types=decision%2Coutcome");
});

test("a key that is revoked meanwhile ends it with the service's words", async () => {
  let calls = 0;
  await using register = await flakyRegister((_, response) => {
    calls += 1;
    if (calls === 1) response.writeHead(200).end(entry(0));
    else response.writeHead(401).end(JSON.stringify({ error: { message: "The API key is not valid." } }));
  });
  const stop = new AbortController();
  const api = createApiClient({ baseUrl: register.url, key: "k" }, stop.signal);
  const entries = tailEvents(api, optionsFor(stop));
  expect((await entries.next()).value).toMatchObject({ index: 0 });
  await expect(entries.next()).rejects.toMatchObject({ code: "invalid-api-key" });
});

test("a line that cannot be reached at the start is an error and not a wait", async () => {
  const stop = new AbortController();
  const api = createApiClient({ baseUrl: "http://127.0.0.1:9", key: "k" }, stop.signal);
  await expect(tailEvents(api, optionsFor(stop)).next()).rejects.toMatchObject({ code: "stage-unavailable" });
});
