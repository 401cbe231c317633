import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { Gauge, metricsRegister, startHealthServer } from "./health-server.ts";
import { listen } from "./listening-server.ts";

async function freePort(): Promise<number> {
  await using server = await listen(createServer(), { port: 0, host: "127.0.0.1" });
  return server.port;
}

test("a metric that cannot be read fails the answer that needs it, and neither the service nor its other answers", async () => {
  const healthPort = await freePort();
  await using _server = await startHealthServer({ healthHost: "127.0.0.1", healthPort }, () => true);
  const base = `http://127.0.0.1:${healthPort}`;
  expect((await fetch(`${base}/metrics`)).status).toBe(200);

  onTestFinished(() => metricsRegister.removeSingleMetric("broken"));
  void new Gauge({ name: "broken", help: "Cannot be read.", collect: () => Promise.reject(new Error("no reading")) });
  const answer = await fetch(`${base}/metrics`);
  expect([answer.status, await answer.text()]).toEqual([500, "The metrics cannot be read: Error: no reading\n"]);
  expect((await fetch(`${base}/healthz`)).status).toBe(200);
});
