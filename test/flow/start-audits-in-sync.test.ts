import { readFileSync } from "node:fs";
import { join } from "node:path";
import { STAGES } from "@signalbox/proto";
import { expect, test } from "vitest";
import { startLine } from "../kit/start-line.ts";

/*
 * Goal: the allow-lists leave no service without what it needs. Both ways of answering, a cached answer, a refusal and
 * an abandoned stream are sent through a line in sync mode, where every subject of the flow carries something; a subject
 * that was left out would show as a refused operation in a log.
 */

const LOG_SETTLES_MS = 500;

test("no service is refused a subject while every kind of request goes through", async () => {
  await using line = await startLine({ config: { audit: "sync" } });
  const send = (body: object, init: RequestInit = {}): Promise<Response> =>
    line.api("/v1/chat/completions", {
      method: "POST",
      headers: { "content-type": "application/json", "x-signalbox-cache": "on" },
      body: JSON.stringify({
        model: "auto",
        messages: [{ role: "user", content: "Hello" }],
        temperature: 0,
        seed: 1,
        ...body,
      }),
      ...init,
    });
  const whole = await send({});
  expect([whole.status, whole.headers.get("x-signalbox-audit")]).toEqual([200, "sync"]);
  await whole.text();
  const streamed = await send({ stream: true, messages: [{ role: "user", content: "Count" }] });
  expect(await streamed.text()).toContain("data: [DONE]");
  const again = await send({});
  expect([again.status, again.headers.get("x-signalbox-cache")]).toEqual([200, "hit"]);
  await again.text();
  expect((await send({ model: "no-such-model" })).status).toBe(404);
  const aborted = new AbortController();
  const gone = await send({ stream: true, messages: [{ role: "user", content: "Long" }] }, { signal: aborted.signal });
  await gone.body?.getReader().read();
  aborted.abort();
  await new Promise((resolve) => {
    setTimeout(resolve, LOG_SETTLES_MS);
  });
  const refused = STAGES.flatMap((stage) =>
    readFileSync(join(line.home, "logs", `${stage}.log`), "utf8")
      .split("\n")
      .filter((each) => /refused an operation|permissions violation/i.test(each)),
  );
  expect(refused).toEqual([]);
});
