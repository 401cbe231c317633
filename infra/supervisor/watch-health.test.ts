import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { answersHttp, watchHealth } from "./watch-health.ts";

const PACE = { everyMs: 20, missesMax: 3 };

type Service = { readonly url: string; standsStill: boolean; readonly asked: () => number };

async function startService(): Promise<Service> {
  let asked = 0;
  const service = { url: "", standsStill: false, asked: () => asked };
  const server = createServer((_request, response) => {
    asked += 1;
    // A refusal is an answer: the service lives.
    if (!service.standsStill) response.writeHead(503).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/healthz`;
  return service;
}

function asking({ url }: Service): (timeoutMs: number) => Promise<boolean> {
  return (timeoutMs) => answersHttp(url, timeoutMs);
}

test("a service that answered and says nothing any more is told of once, and anew after it has answered again", async () => {
  const service = await startService();
  const silent = vi.fn<() => void>();
  await using _watch = watchHealth({ ask: asking(service), ...PACE, onSilent: silent });
  await vi.waitFor(() => expect(service.asked()).toBeGreaterThan(4));
  expect(silent).not.toHaveBeenCalled();
  for (const times of [1, 2]) {
    service.standsStill = true;
    await vi.waitFor(() => expect(silent).toHaveBeenCalledTimes(times), 5_000);
    service.standsStill = false;
    const asked = service.asked();
    await vi.waitFor(() => expect(service.asked()).toBeGreaterThan(asked + 3), 5_000);
    expect(silent).toHaveBeenCalledTimes(times);
  }
});

test("one that has not begun to answer is left alone, and nobody is asked after the end", async () => {
  const service = await startService();
  service.standsStill = true;
  const silent = vi.fn<() => void>();
  {
    await using _watch = watchHealth({ ask: asking(service), ...PACE, onSilent: silent });
    await vi.waitFor(() => expect(service.asked()).toBeGreaterThan(6), 5_000);
  }
  expect(silent).not.toHaveBeenCalled();
  await sleep(2 * PACE.everyMs);
  const asked = service.asked();
  await sleep(3 * PACE.everyMs);
  expect(service.asked()).toBe(asked);
});
