import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { rawHead, rawJson, rawStream, type RawStep, RESET, startRawUpstream } from "../kit/raw-upstream.ts";
import { startLine } from "../kit/start-line.ts";

/*
 * Goal: a provider that repeats the prompt in an answer that nobody can read, wherever in it, brings no word of it into a log or a
 * record, and no service says that something failed which nobody waited for.
 */

const PROMPT = `the prompt ${randomBytes(18).toString("hex")}`;
const HEAD = { id: "x", created: 1, model: "m" };
const GOOD = JSON.stringify({
  ...HEAD,
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: "good" }, finish_reason: "stop" }],
});
const SAID = `data: ${JSON.stringify({ ...HEAD, choices: [{ index: 0, delta: { content: "so far" } }] })}\n\n`;
const JSON_TYPE = { "content-type": "application/json" };

const WHOLE: readonly RawStep[][] = [
  [PROMPT, "\r\n\r\n"],
  [`HTTP/1.1 200 OK\r\n${PROMPT}\r\n\r\n`],
  [`HTTP/1.1 200 ${PROMPT}\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n`],
  [rawHead(200, { ...JSON_TYPE, "transfer-encoding": "chunked" }), `${PROMPT}\r\n`],
  [rawHead(200, { ...JSON_TYPE, "content-length": "5" }), PROMPT],
  rawJson(200, `{"choices":[{"message":${PROMPT}`),
  rawJson(200, JSON.stringify({ choices: PROMPT })),
  rawJson(200, `{"${PROMPT}":${"[".repeat(50_000)}${"]".repeat(50_000)}}`),
  rawJson(200, gzipSync(PROMPT).subarray(0, 20), { "content-encoding": "gzip" }),
  rawJson(500, `<html>${PROMPT}</html>`, { "content-type": "text/html" }),
  rawJson(302, PROMPT, { location: `http://127.0.0.1:9/${encodeURIComponent(PROMPT)}` }),
];
const STREAMS: readonly RawStep[][] = [
  rawStream(`${SAID}data: {${PROMPT}\n\n`),
  rawStream(`${SAID}data: ${JSON.stringify({ error: { message: PROMPT, type: PROMPT, code: PROMPT } })}\n\n`),
  rawStream(SAID, `data: ${PROMPT}`, RESET),
];

test("B15 what a provider repeats of a prompt in a broken answer reaches no log and no record", async () => {
  await using raw = await startRawUpstream();
  const models = [{ id: "small", price: { inputUsdPerMillion: 0.1, outputUsdPerMillion: 0.4 } }];
  const providers = { upstream: { baseUrl: raw.baseUrl, apiKey: "upstream-key", models } };
  await using line = await startLine({ config: { providers, log: { level: "trace" } } });
  const ask = (stream: boolean): Promise<Response> =>
    line.api("/v1/chat/completions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "upstream/small", stream, messages: [{ role: "user", content: PROMPT }] }),
    });
  const answers: { status: number; text: string }[] = [];
  for (const [stream, scripts] of [
    [false, WHOLE],
    [true, STREAMS],
  ] as const) {
    for (const steps of scripts) {
      raw.next(...steps);
      const answer = await ask(stream);
      answers.push({ status: answer.status, text: await answer.text() });
      // Failures in a row would open the circuit.
      raw.next(...rawJson(200, GOOD));
      expect((await ask(false)).status).toBe(200);
    }
  }
  expect(answers.map(({ status }) => status)).toEqual([...WHOLE.map(() => 502), ...STREAMS.map(() => 200)]);
  for (const { text } of answers) expect(text).toMatch(/"error":/);
  const wanted = 2 * answers.length;
  const decisions = async (): Promise<{ outcome: object | null }[]> =>
    ((await (await line.api("/v1/decisions?limit=100")).json()) as { data: { outcome: object | null }[] }).data;
  await expect.poll(async () => (await decisions()).filter(({ outcome }) => outcome !== null).length).toBe(wanted);
  expect(JSON.stringify(await decisions())).not.toContain(PROMPT);
  await line.stop();
  const logs = join(line.home, "logs");
  const said = readdirSync(logs).map((name) => readFileSync(join(logs, name), "utf8"));
  expect(said.join("")).toContain('"service":"policy"');
  for (const word of [PROMPT, encodeURIComponent(PROMPT), "upstream-key", "nhandled", "MaxListeners"]) {
    expect(said.filter((text) => text.includes(word))).toEqual([]);
  }
});
