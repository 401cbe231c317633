import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  END,
  rawHead,
  rawJson,
  rawStream,
  type RawStep,
  RESET,
  type RawUpstream,
  startRawUpstream,
} from "../kit/raw-upstream.ts";
import { streamed, whole } from "../kit/upstream.ts";
import { CHAT, type DispatchRig, startDispatchRig, wordsIn } from "./dispatch-rig.ts";

/*
 * Goal: a provider may answer with any bytes. What can be read of them is given out as it was meant; of everything else the next
 * endpoint answers, and the record says what happened. Nothing rejects unheard, and no connection stays taken.
 */

let raw: RawUpstream;
let rig: DispatchRig;
const unheard: unknown[] = [];
const hear = (reason: unknown): void => void unheard.push(reason);

beforeAll(async () => {
  process.on("unhandledRejection", hear);
  raw = await startRawUpstream();
  const timeouts = { firstByteMs: 4_000, idleMs: 1_000 };
  rig = await startDispatchRig({ timeouts, providers: { one: { baseUrl: raw.baseUrl } } });
});
afterAll(async () => {
  process.off("unhandledRejection", hear);
  await rig[Symbol.asyncDispose]();
  await raw[Symbol.asyncDispose]();
});
beforeEach(() => {
  rig.two.always((request) => (request.body["stream"] === true ? streamed("of two") : whole("of two")));
});

const SAID = "grüß 😀";
const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
const HEAD = { id: "x", created: 1, model: "m" };
const ANSWER = JSON.stringify({
  ...HEAD,
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: SAID }, finish_reason: "stop" }],
  usage: USAGE,
});
const BYTES = Buffer.from(ANSWER);
const ERROR = JSON.stringify({ error: { message: "no", type: "t", code: "c" } });
const JSON_TYPE = { "content-type": "application/json" };
const SSE_TYPE = { "content-type": "text/event-stream" };

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ ...HEAD, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const FIRST = chunk({ role: "assistant", content: "" });
const WORDS = chunk({ content: "grüß " }) + chunk({ content: "😀" });
const FINISH = chunk({}, "stop");
const COUNTED = `data: ${JSON.stringify({ ...HEAD, choices: [], usage: USAGE })}\n\n`;
const DONE = "data: [DONE]\n\n";
const STREAM = FIRST + WORDS + FINISH + COUNTED + DONE;

const bytes = (text: string): Buffer => Buffer.from(text);
const chunked = (body: Buffer): Buffer =>
  Buffer.concat([bytes(`${body.length.toString(16)}\r\n`), body, bytes("\r\n")]);
const inChunks = { "transfer-encoding": "chunked" };
const singly = (body: string): RawStep[] => [...bytes(body)].map((byte) => Buffer.of(byte));

type Readable = [name: string, steps: RawStep[]];

describe("B12 what can be read of a whole answer is its answer", () => {
  test.each<Readable>([
    ["gzip that was asked for", rawJson(200, gzipSync(ANSWER), { "content-encoding": "gzip" })],
    ["br", rawJson(200, brotliCompressSync(ANSWER), { "content-encoding": "br" })],
    ["deflate that nobody asked for", rawJson(200, deflateSync(ANSWER), { "content-encoding": "deflate" })],
    ["chunks and trailers", [rawHead(200, { ...JSON_TYPE, ...inChunks }), chunked(BYTES), "0\r\nx-t: 1\r\n\r\n"]],
    ["heads of its own before it", [rawHead(103, { link: "</x>" }).repeat(300), ...rawJson(200, ANSWER)]],
    ["a head of 15 KiB", rawJson(200, ANSWER, { "x-large": "a".repeat(15_000), "set-cookie": "a=b" })],
    ["HTTP/1.0", ["HTTP/1.0 200 OK\r\n\r\n", BYTES, END]],
    ["single bytes", rawJson(200, ANSWER).flatMap((step) => [...Buffer.from(step as string)].map((b) => Buffer.of(b)))],
    ["a byte order mark", rawJson(200, `\uFEFF${ANSWER}`)],
  ])("%s", async (_, steps) => {
    raw.next(...steps);
    const sent = await rig.send(CHAT);
    const { text } = await sent.exchange;
    const { choices } = JSON.parse(text) as { choices: { message: { content: string } }[] };
    expect(choices[0]?.message.content).toBe(SAID);
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({
      result: "completed",
      attempts: [{ endpoint: "one/model-one", result: "completed", httpStatus: 200 }],
      costPicoUsd: "3000000",
    });
  });
});

describe("B12 what can be read of a stream is its answer", () => {
  test.each<Readable>([
    ["single bytes", rawStream(...singly(STREAM))],
    ["CRLF in single bytes", rawStream(...singly(STREAM.replaceAll("\n", "\r\n")))],
    ["CR", rawStream(bytes(STREAM.replaceAll("\n", "\r")))],
    ["a byte order mark", rawStream(bytes(`\uFEFF${STREAM}`))],
    ["no space behind data:", rawStream(bytes(STREAM.replaceAll("data: ", "data:")))],
    ["data over many lines", rawStream(bytes(STREAM.replaceAll(",", ",\ndata: ")))],
    ["comments", rawStream(bytes(`: ping\n\n${STREAM.replaceAll("\n\n", "\n\n: ping\n\n:\n\n")}`))],
    ["events without data", rawStream(bytes(STREAM.replaceAll("data: {", "event: ping\n\ndata: {")))],
    [
      "events whose data is empty",
      rawStream(bytes(STREAM.replaceAll("data: {", "data:\n\nevent: ping\ndata: \n\ndata: {"))),
    ],
    ["ids and times to retry", rawStream(bytes(STREAM.replaceAll("data: {", "id: 1\nretry: 5\ndata: {")))],
    ["no [DONE]", rawStream(bytes(STREAM.replace(DONE, "")))],
    ["two [DONE]", rawStream(bytes(STREAM + DONE))],
    ["more behind [DONE]", rawStream(bytes(STREAM + WORDS + `data: ${ERROR}\n\n`))],
    ["gzip that nobody asked for", [rawHead(200, { ...SSE_TYPE, "content-encoding": "gzip" }), gzipSync(STREAM), END]],
    ["br", [rawHead(200, { ...SSE_TYPE, "content-encoding": "br" }), brotliCompressSync(STREAM), END]],
    ["no content type", [rawHead(200), bytes(STREAM), END]],
  ])("%s", async (_, steps) => {
    raw.next(...steps);
    const sent = await rig.send({ ...CHAT, stream: true });
    const { text, error, serving } = await sent.exchange;
    expect([wordsIn(text), error, serving?.provider]).toEqual([SAID, null, "one"]);
    expect(text.split("[DONE]")).toHaveLength(2);
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({
      result: "completed",
      attempts: [{ result: "completed" }],
      usage: { source: "reported" },
      costPicoUsd: "3000000",
    });
  });

  const began = FIRST + WORDS + FINISH + COUNTED;
  test.each<Readable>([
    ["is reset", [rawHead(200, { ...SSE_TYPE, ...inChunks }), chunked(bytes(began)), { waitMs: 50 }, RESET]],
    ["ends too early", [rawHead(200, { ...SSE_TYPE, ...inChunks }), chunked(bytes(began)), END]],
    ["falls silent", [rawHead(200, { ...SSE_TYPE, ...inChunks }), chunked(bytes(began))]],
  ])("B6 an answer that has ended is whole, also where its connection then %s", async (_, steps) => {
    raw.next(...steps);
    const sent = await rig.send({ ...CHAT, stream: true });
    const { text, error } = await sent.exchange;
    expect([wordsIn(text), error, text.endsWith(DONE)]).toEqual([SAID, null, true]);
    const { result, attempts } = await rig.outcomeOf(sent.requestId);
    expect([result, attempts.map((each) => each.result)]).toEqual(["completed", ["completed"]]);
  });
});

type Broken = [name: string, steps: RawStep[], code: string, attempt?: object];

describe("B6 what cannot be read is answered by the next endpoint", () => {
  const cut = (status: number, headers: object = {}): RawStep[] => [
    rawHead(status, { ...JSON_TYPE, "content-length": "100", ...headers }),
    '{"error":',
  ];
  const late = { "retry-after": "3" };
  test.each<Broken>([
    [
      "a redirect to an address inside",
      rawJson(302, "", { location: "http://169.254.169.254/latest" }),
      "upstream-error",
    ],
    ["a redirect to itself", rawJson(307, "", { location: "/v1/other" }), "upstream-error"],
    ["304", [rawHead(304)], "upstream-error"],
    ["204", [rawHead(204)], "upstream-error"],
    ["529", rawJson(529, ERROR), "upstream-error"],
    ["a proxy's page", rawJson(502, "<html>key-one</html>", { "content-type": "text/html" }), "upstream-error"],
    ["a page with 200", rawJson(200, "<html></html>", { "content-type": "text/html" }), "upstream-error"],
    ["a limit whose body breaks off", [...cut(429, late), RESET], "upstream-rate-limited", { retryAfterMs: 3_000 }],
    ["a limit whose body does not come", cut(429, late), "upstream-rate-limited", { retryAfterMs: 3_000 }],
    [
      "a limit with blanks around its time",
      rawJson(429, ERROR, { "retry-after": " 7 " }),
      "upstream-rate-limited",
      { retryAfterMs: 7_000 },
    ],
    [
      "a limit until a negative time",
      rawJson(429, ERROR, { "retry-after": "-5" }),
      "upstream-rate-limited",
      { retryAfterMs: null },
    ],
    [
      "a limit for an age",
      rawJson(429, ERROR, { "retry-after": "9".repeat(40) }),
      "upstream-rate-limited",
      { retryAfterMs: 86_400_000 },
    ],
    ["a dead key, compressed wrongly", rawJson(401, ERROR, { "content-encoding": "gzip" }), "upstream-auth"],
    ["gzip within gzip", rawJson(200, gzipSync(BYTES), { "content-encoding": "gzip, gzip" }), "upstream-error"],
    [
      "gzip that is cut",
      rawJson(200, gzipSync(BYTES).subarray(0, 60), { "content-encoding": "gzip" }),
      "upstream-error",
    ],
    [
      "gzip of 200 MiB",
      rawJson(200, gzipSync(Buffer.alloc(200 << 20, 32)), { "content-encoding": "gzip" }),
      "upstream-error",
    ],
    ["a length that is too short", [rawHead(200, { ...JSON_TYPE, "content-length": "20" }), BYTES], "upstream-error"],
    [
      "a length that is too long",
      [rawHead(200, { ...JSON_TYPE, "content-length": "9999" }), BYTES, END],
      "upstream-unreachable",
    ],
    ["two lengths", ["HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello"], "upstream-error"],
    [
      "a length beside chunks",
      [rawHead(200, { "content-length": "5", ...inChunks }), chunked(BYTES)],
      "upstream-error",
    ],
    ["chunks of no size", [rawHead(200, { ...JSON_TYPE, ...inChunks }), "zz\r\n"], "upstream-error"],
    [
      "chunks without an end",
      [rawHead(200, { ...JSON_TYPE, ...inChunks }), chunked(BYTES), END],
      "upstream-unreachable",
    ],
    ["a head of 64 KiB", [rawHead(200, { "x-large": "a".repeat(65_536) })], "upstream-error"],
    ["headers without end", [`HTTP/1.1 200 OK\r\n${"x-a: b\r\n".repeat(5_000)}`], "upstream-error"],
    ["another protocol", ["SSH-2.0-OpenSSH_9.9\r\n"], "upstream-error"],
    ["a body without a head", [BYTES, END], "upstream-error"],
    ["UTF-16", rawJson(200, Buffer.from(`\uFEFF${ANSWER}`, "utf16le")), "upstream-error"],
    ["NUL in a text", rawJson(200, ANSWER.replace("grüß", "a\u0000b")), "upstream-error"],
    ["two answers in one", rawJson(200, ANSWER + ANSWER), "upstream-error"],
    ["null", rawJson(200, "null"), "upstream-error"],
    ["no choices", rawJson(200, '{"choices":[]}'), "upstream-error"],
  ])("%s", async (_, steps, ...[code, attempt = {}]) => {
    const before = raw.received;
    raw.next(...steps);
    const sent = await rig.send(CHAT);
    const { text, serving } = await sent.exchange;
    expect([text.includes("of two"), serving?.provider, raw.received - before]).toEqual([true, "two", 1]);
    const { result, attempts } = await rig.outcomeOf(sent.requestId);
    expect([result, attempts.length]).toEqual(["completed", 2]);
    expect(attempts[0]).toMatchObject({ result: "failed", error: code, costPicoUsd: "0", ...attempt });
    expect(rig.outcomeCount(sent.requestId)).toBe(1);
  });

  test.each<Broken>([
    ["[DONE] first", rawStream(bytes(DONE + STREAM)), "upstream-error"],
    ["JSON that is broken", rawStream(bytes(`data: {broken\n\n${STREAM}`)), "upstream-error"],
    ["an event of 9 MB", rawStream(bytes(chunk({ content: "z".repeat(9_000_000) }))), "upstream-error"],
    ["a page", rawJson(200, "<html></html>", { "content-type": "text/html" }), "upstream-error"],
    ["events that are called JSON", [rawHead(200, JSON_TYPE), bytes(STREAM), END], "upstream-error"],
    ["half a close", [rawHead(200, { ...SSE_TYPE, ...inChunks }), END], "upstream-unreachable"],
  ])("a stream: %s", async (_, steps, code) => {
    raw.next(...steps);
    const sent = await rig.send({ ...CHAT, stream: true });
    const { text, error } = await sent.exchange;
    expect([wordsIn(text), error]).toEqual(["of two", null]);
    expect((await rig.outcomeOf(sent.requestId)).attempts).toMatchObject([
      { result: "failed", error: code },
      { endpoint: "two/model-two", result: "completed" },
    ]);
  });

  test.each<Broken>([
    ["closes before it answers", [END], "upstream-unreachable"],
    ["changes the protocol", [rawHead(101, { connection: "upgrade", upgrade: "websocket" })], "upstream-unreachable"],
  ])("one that %s is asked twice", async (_, steps, code) => {
    raw.next(...steps);
    raw.next(...steps);
    const sent = await rig.send(CHAT);
    expect((await sent.exchange).text).toContain("of two");
    const { attempts } = await rig.outcomeOf(sent.requestId);
    expect(attempts.map((each) => each.error)).toEqual([code, code, null]);
  });
});

test("B6 broken JSON behind the first content ends the stream with a typed error, billed by what came", async () => {
  raw.next(...rawStream(bytes(`${FIRST + WORDS}data: {broken\n\n${FINISH}${DONE}`)));
  const sent = await rig.send({ ...CHAT, stream: true });
  const { text, error } = await sent.exchange;
  expect([wordsIn(text), text.includes("[DONE]"), error?.code]).toEqual([SAID, false, "upstream-error"]);
  expect(await rig.outcomeOf(sent.requestId)).toMatchObject({ result: "failed", usage: { source: "estimated" } });
});

test("B13 nothing rejected unheard, and no connection of all these answers stayed taken", async () => {
  // Answers take connections back that are free; each of the two providers keeps one or two of them.
  await expect
    .poll(() => [raw.connections <= 2, rig.two.openConnections() <= 2], { timeout: 5_000 })
    .toEqual([true, true]);
  expect(unheard).toEqual([]);
});
