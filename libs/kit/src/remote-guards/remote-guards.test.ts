import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RemoteGuard } from "@signalbox/proto";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createLogger } from "../logger.ts";
import { openRemoteGuards, type RemoteGuards } from "./remote-guards.ts";

type Received = { readonly url: string; readonly authorization: string | undefined; readonly body: unknown };

let server: Server;
let base: string;
let received: Received[] = [];
let answer: (response: ServerResponse) => void;
beforeAll(async () => {
  server = createServer((request, response) => {
    void read(request).then((text) => {
      received.push({ url: request.url ?? "", authorization: request.headers.authorization, body: JSON.parse(text) });
      answer(response);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  received = [];
});

async function read(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

const says = (value: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(value));

const log = createLogger("guards", { logLevel: "silent", instance: "test" });

type Own = { kind: RemoteGuard["kind"] } & Partial<Record<string, unknown>>;

function open(own: Own): RemoteGuards {
  const head = { name: "own", url: `${base}/check`, on: ["request"], deadlineMs: 2_000, onFailure: "closed" };
  const guard = { ...head, textMaxChars: 10_000, apiKeyEnv: null, ...own } as unknown as RemoteGuard;
  const guards = openRemoteGuards([guard], { direction: "request", log, env: { GUARD_KEY: "k" } });
  if (guards === null) throw new Error("none is asked");
  return guards;
}

async function types(own: Own): Promise<string[]> {
  return (await open(own).check(["text"])).map(({ type }) => type);
}

const PRESIDIO: Own = { kind: "presidio", language: "en", scoreMin: 500_000, entities: null, anonymizerUrl: null };
const MODERATION: Own = { kind: "moderation", model: "omni-moderation-latest", threshold: null };

test("Presidio's analyzer is asked once, and its code points become places in the texts", async () => {
  answer = says([
    { entity_type: "PERSON", start: 7, end: 11, score: 0.85, analysis_explanation: null },
    { entity_type: "US_DRIVER_LICENSE", start: 0, end: 2, score: 0.3 },
    { entity_type: "LOCATION", start: 13, end: 18, score: 0.9 },
  ]);
  // The sign before the name is one code point and two units.
  expect(await open(PRESIDIO).check(["\u{1F600} I am Jane", "Paris"])).toEqual([
    { type: "presidio.person", text: 0, start: 8, end: 12 },
    { type: "presidio.location", text: 1, start: 0, end: 5 },
  ]);
  expect(received).toEqual([
    {
      url: "/check",
      authorization: undefined,
      body: { text: "\u{1F600} I am Jane\n\nParis", language: "en", score_threshold: 0.5 },
    },
  ]);
});

test("Presidio's anonymizer says what stands in the place of what was found, unless it has joined some of it", async () => {
  const found = [
    { entity_type: "LOCATION", start: 8, end: 13, score: 0.9 },
    { entity_type: "PERSON", start: 0, end: 4, score: 0.9 },
  ];
  let items = [
    { start: 11, end: 21, entity_type: "LOCATION", text: "<LOCATION>", operator: "replace" },
    { start: 0, end: 8, entity_type: "PERSON", text: "<PERSON>", operator: "replace" },
  ];
  answer = (response) => {
    says(received.at(-1)?.url === "/anonymize" ? { text: "…", items } : found)(response);
  };
  const own = { ...PRESIDIO, anonymizerUrl: `${base}/anonymize` };
  const replacements = async (): Promise<unknown[]> =>
    (await open(own).check(["Jane in Paris"])).map(({ type, start, end, replacement }) => [
      type,
      start,
      end,
      replacement,
    ]);
  expect(await replacements()).toEqual([
    ["presidio.person", 0, 4, "<PERSON>"],
    ["presidio.location", 8, 13, "<LOCATION>"],
  ]);
  expect(received.at(-1)?.body).toMatchObject({
    text: "Jane in Paris",
    analyzer_results: [{ start: 0 }, { start: 8 }],
  });
  items = items.slice(0, 1);
  expect(await replacements()).toEqual([
    ["presidio.person", 0, 4, undefined],
    ["presidio.location", 8, 13, undefined],
  ]);
});

test("a provider's moderation says which categories it finds, and a threshold reads its scores", async () => {
  answer = says({
    id: "m",
    results: [
      {
        flagged: true,
        categories: { "self-harm/intent": true, hate: false, violence: false },
        category_scores: { "self-harm/intent": 0.9, hate: 0.6, violence: 0.1 },
      },
    ],
  });
  expect(await types({ ...MODERATION, apiKeyEnv: "GUARD_KEY" })).toEqual(["content.self-harm-intent"]);
  expect(received[0]).toMatchObject({
    authorization: "Bearer k",
    body: { model: "omni-moderation-latest", input: ["text"] },
  });
  expect(await types({ ...MODERATION, threshold: 500_000 })).toEqual(["content.self-harm-intent", "content.hate"]);
});

test("a webhook is shown each text, and names types and places of its own", async () => {
  answer = says({
    findings: [{ type: "Project Name", text: 1, start: 2, end: 4 }, { type: "mood" }, { type: "x", text: 9 }],
  });
  expect(await open({ kind: "webhook" }).check(["one", "second"])).toEqual([
    { type: "webhook.project-name", text: 1, start: 2, end: 4 },
    { type: "webhook.mood", text: 0, start: 0, end: 3 },
    { type: "webhook.mood", text: 1, start: 0, end: 6 },
  ]);
  expect(received[0]?.body).toEqual({ direction: "request", texts: ["one", "second"] });
});

test.each<[string, (response: ServerResponse) => void, Own]>([
  ["is late", () => {}, { kind: "webhook", deadlineMs: 30 }],
  ["fails", (response) => void response.writeHead(500).end("down"), { kind: "webhook" }],
  ["answers no JSON", (response) => void response.end("<html>"), { kind: "webhook" }],
  ["answers what is not asked for", says({ findings: "none" }), { kind: "webhook" }],
  ["answers without end", (response) => void response.end("[".repeat(2_000_000)), { kind: "webhook" }],
  ["sends elsewhere", (response) => void response.writeHead(302, { location: "/other" }).end(), { kind: "webhook" }],
  ["would be sent too much", says({ findings: [] }), { kind: "webhook", textMaxChars: 3 }],
])("one that %s closes the way or leaves it open, as it is declared", async (_what, answers, own) => {
  answer = answers;
  const nowhere = { text: 0, start: 0, end: 0 };
  expect(await open({ ...own, onFailure: "closed" }).check(["text"])).toEqual([
    { type: "remote.unavailable", ...nowhere },
  ]);
  expect(await open({ ...own, onFailure: "open" }).check(["text"])).toEqual([{ type: "remote.skipped", ...nowhere }]);
});

test("one that is down costs no request its whole deadline, whatever is declared, and is asked again later", async () => {
  for (const onFailure of ["closed", "open"] as const) {
    received = [];
    answer = () => {};
    const guards = open({ kind: "webhook", deadlineMs: 40, onFailure });
    const type = onFailure === "closed" ? "remote.unavailable" : "remote.skipped";
    const nowhere = [{ type, text: 0, start: 0, end: 0 }];
    for (let asked = 0; asked < 3; asked += 1) expect(await guards.check(["text"])).toEqual(nowhere);
    answer = says({ findings: [] });
    expect(await guards.check(["text"])).toEqual(nowhere);
    expect(received).toHaveLength(3);
    await vi.waitFor(async () => expect(await guards.check(["text"])).toEqual([]), { timeout: 10_000, interval: 50 });
    expect(received.length).toBeGreaterThan(3);
  }
});

test("what is too long for one says nothing of whether it is down", async () => {
  answer = says({ findings: [] });
  const guards = open({ kind: "webhook", textMaxChars: 4 });
  for (let asked = 0; asked < 4; asked += 1) expect(await guards.check(["too long"])).toHaveLength(1);
  expect(await guards.check(["text"])).toEqual([]);
});

test("one that is named for answers alone is not asked about requests, and a key that is missing is told at the start", () => {
  const guard = { kind: "webhook", name: "own", url: base, on: ["answer"], deadlineMs: 9, onFailure: "open" };
  const whole = { ...guard, textMaxChars: 9, apiKeyEnv: "NOT_SET" } as unknown as RemoteGuard;
  expect(openRemoteGuards([whole], { direction: "request", log, env: {} })).toBeNull();
  expect(() => openRemoteGuards([whole], { direction: "answer", log, env: {} })).toThrow(
    "set NOT_SET in the environment",
  );
});
