import { AUDIT_STREAM } from "@signalbox/proto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectOperator } from "@signalbox/infra/nats/connect-operator.ts";
import { ensureStreams } from "@signalbox/infra/nats/streams.ts";
import { KEY_LEAVES, startLine, type TestLine } from "../kit/start-line.ts";
import { startUpstream, type Upstream } from "../kit/upstream.ts";
import { eventOf, Register } from "./register.ts";

/*
 * Goal: no answer without a record, in both audit modes. The ledger's queue is taken away; requests must then be refused
 * before any provider is called, and be answered again once it is back.
 */

describe.each(["async", "sync"] as const)("with audit: %s", (audit) => {
  let upstream: Upstream;
  let line: TestLine;

  beforeAll(async () => {
    upstream = await startUpstream();
    line = await startLine({ upstream, config: { audit } });
  });

  afterAll(async () => {
    await line[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });

  function ask(stream: boolean): Promise<Response> {
    return fetch(`${line.baseUrl}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${line.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "auto", stream, messages: [{ role: "user", content: "Hello" }] }),
    });
  }

  test("an answer says which mode held, and its records are there", async () => {
    const answer = await ask(false);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-signalbox-audit")).toBe(audit);
    await answer.json();
    await using register = await Register.open(line.databaseUrl);
    const recorded = async (): Promise<string[]> => (await register.leaves()).map(({ type }) => type).slice(KEY_LEAVES);
    // In sync mode both leaves are committed before the answer's end; in async mode they follow within a second.
    const both = ["decision", "outcome"];
    const atOnce = await recorded();
    expect(audit === "sync" ? atOnce : both).toEqual(both);
    await expect.poll(recorded, { timeout: 1_000 }).toEqual(both);
  });

  test("without the ledger's stream a request gets 503 with Retry-After, and no provider is called", async () => {
    const nats = await connectOperator(line.natsUrl);
    const manager = await nats.jetstreamManager();
    await manager.streams.delete(AUDIT_STREAM.name);
    await nats.close();
    const before = upstream.received.length;
    for (const stream of [false, true]) {
      const refused = await ask(stream);
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
      expect(await refused.json()).toMatchObject({ error: { code: "audit_unavailable" } });
    }
    expect(upstream.received.length).toBe(before);
  });

  test("once the stream is back requests are answered and recorded again", async () => {
    await ensureStreams(line.natsUrl);
    await expect.poll(async () => (await ask(false)).status, { timeout: 15_000, interval: 250 }).toBe(200);
    await using register = await Register.open(line.databaseUrl);
    const lastResult = async (): Promise<unknown> => {
      const last = (await register.leaves()).findLast(({ type }) => type === "outcome");
      return last && [last.idx > KEY_LEAVES + 1, eventOf(last.leaf)["result"]];
    };
    await expect.poll(lastResult, { timeout: 30_000, interval: 250 }).toEqual([true, "completed"]);
  });
});
