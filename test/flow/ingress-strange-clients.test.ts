import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHAT, type IngressRig, startIngressRig } from "./ingress-rig.ts";

/*
 * Goal: a client may send any bytes, and leave at any moment. It gets an answer of the line or an error in its dialect for each
 * request, nothing rejects unheard, and no place stays taken.
 */

const IN_FLIGHT_MAX = 4;
const unheard: unknown[] = [];
const hear = (reason: unknown): void => void unheard.push(reason);

let rig: IngressRig;
beforeAll(async () => {
  process.on("unhandledRejection", hear);
  rig = await startIngressRig({}, { http: { port: 0, bodyTimeoutMs: 300, inFlightMax: IN_FLIGHT_MAX } });
});
afterAll(async () => {
  process.off("unhandledRejection", hear);
  await rig[Symbol.asyncDispose]();
});

const BODY = JSON.stringify(CHAT);
/** What comes of a request that was taken: no stage stands behind this ingress. */
const TAKEN = "503 stage_unavailable";

type Step = string | Buffer | { readonly waitMs: number } | { readonly close: "half" | "reset" };
const END: Step = { close: "half" };
const RESET: Step = { close: "reset" };

/** Null leaves a header out. */
function head(
  headers: Record<string, string | null> = {},
  line: string = "POST /v1/chat/completions HTTP/1.1",
): string {
  const all = {
    host: "line",
    connection: "close",
    authorization: `Bearer ${rig.memberKey}`,
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(BODY)),
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}\r\n`]));
  return `${line}\r\n${lines.join("")}\r\n`;
}

const inChunks = { "content-length": null, "transfer-encoding": "chunked" };
const bodiless = { "content-length": null };
const chunk = (text: string, more = ""): string => `${text.length.toString(16)}${more}\r\n${text}\r\n`;
const coded = (body: Buffer, headers: Record<string, string> = {}): Step[] => [
  head({ "content-length": String(body.length), ...headers }),
  body,
];

/** The status of each answer that comes, with the code of its error. */
async function ask(steps: readonly Step[]): Promise<string[]> {
  const socket = connect(Number(new URL(rig.baseUrl).port), "127.0.0.1");
  let text = "";
  socket.on("error", () => {}).on("data", (bytes: Buffer) => (text += bytes.toString("utf8")));
  const gone = once(socket, "close").catch(() => {});
  await once(socket, "connect");
  for (const step of steps) {
    if (typeof step === "object" && "waitMs" in step) await sleep(step.waitMs);
    else if (step === END) socket.end();
    else if (step === RESET) socket.resetAndDestroy();
    else if (!socket.destroyed) socket.write(step as string | Buffer);
  }
  // What nobody closes has said all that it says by then.
  await Promise.race([gone, sleep(400)]);
  socket.destroy();
  return text
    .split(/(?=HTTP\/1\.1 )/)
    .filter((answer) => answer !== "")
    .map((answer) => [/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1], /"code":"(\w+)"/.exec(answer)?.[1]])
    .map(([status = "", code = ""]) => `${status} ${code}`.trim());
}

type Case = [name: string, steps: () => Step[], ...answers: string[]];

describe("B15 each request is answered", () => {
  test.each<Case>([
    ["three at once", () => [(head({ connection: null }) + BODY).repeat(3)], TAKEN, TAKEN, TAKEN],
    ["one that asks whether to go on", () => [head({ expect: "100-continue" }), { waitMs: 50 }, BODY], "100", TAKEN],
    ["chunks with extensions and trailers", () => [head(inChunks), `${chunk(BODY, ";a=b")}0\r\nx-t: 1\r\n\r\n`], TAKEN],
    [
      "one that would rather speak HTTP/2",
      () => [head({ connection: "Upgrade, HTTP2-Settings", upgrade: "h2c" }), BODY],
      TAKEN,
    ],
    ["one that would rather have a socket", () => [head({ connection: "Upgrade", upgrade: "websocket" }), BODY], TAKEN],
    ["the whole URL", () => [head({}, "POST http://line/v1/chat/completions HTTP/1.1"), BODY], TAKEN],
    ["HTTP/1.0", () => [head({ host: null }, "POST /v1/chat/completions HTTP/1.0"), BODY], TAKEN],
    ["two keys, of which the first counts", () => [head({ Authorization: "Bearer other" }), BODY], TAKEN],
    ["HEAD of what is posted", () => [head(bodiless, "HEAD /v1/chat/completions HTTP/1.1")], "405"],
    ["OPTIONS", () => [head(bodiless, "OPTIONS /v1/chat/completions HTTP/1.1")], "405 method_not_allowed"],
    ["OPTIONS of all", () => [head(bodiless, "OPTIONS * HTTP/1.1")], "404 not_found"],
    ["TRACE", () => [head(bodiless, "TRACE /v1/models HTTP/1.1")], "404 not_found"],
  ])("%s", async (_, steps, ...answers) => {
    expect(await ask(steps())).toEqual(answers);
  });

  test.each<Case>([
    ["no length", () => [head(bodiless), BODY], "400 invalid_value"],
    ["a length of nothing", () => [head({ "content-length": "0" })], "400 invalid_value"],
    ["two lengths", () => [head({ "Content-Length": "3" }), BODY], "400 invalid_value"],
    ["a length beside chunks", () => [head({ "transfer-encoding": "chunked" }), chunk(BODY)], "400 invalid_value"],
    ["chunks that stop", () => [head(inChunks), chunk("{"), { waitMs: 500 }], "408 request_timeout"],
    ["chunks of no size", () => [head(inChunks), chunk("{"), "zz\r\n"], "400 invalid_value"],
    ["chunks that end too early", () => [head(inChunks), chunk("{"), END], "400 invalid_value"],
    ["HTTP/2 without asking", () => ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], "400 invalid_value"],
    ["TLS", () => [Buffer.from("16030100f5010000f10303", "hex")], "400 invalid_value"],
    ["lines without CR", () => [head().replaceAll("\r\n", "\n")], "400 invalid_value"],
    ["NUL in a header", () => [head({ "x-a": "a\0b" })], "400 invalid_value"],
    ["a header over two lines", () => [head({ "x-a": "a\r\n b" })], "400 invalid_value"],
    [
      "a URL of 20 KiB",
      () => [head({}, `POST /v1/chat/completions?${"a".repeat(20_000)} HTTP/1.1`)],
      "400 invalid_value",
    ],
    ["gzip", () => coded(gzipSync(BODY), { "content-encoding": "gzip" }), "415 unsupported_media_type"],
    ["UTF-16", () => coded(Buffer.from(`\uFEFF${BODY}`, "utf16le")), "400 invalid_value"],
    ["half a character", () => coded(Buffer.from(BODY.replace("Hello", "\\ud800"))), "400 invalid_value"],
    [
      "half a character in bytes",
      () => coded(Buffer.concat([Buffer.from(BODY), Buffer.of(0xc3, 0x28)])),
      "400 invalid_value",
    ],
  ])("%s is refused", async (_, steps, ...answers) => {
    expect(await ask(steps())).toEqual(answers);
  });
});

test.each<[string, () => Step[]]>([
  ["in its head", () => ["POST /v1/cha"]],
  ["behind its head", () => [head()]],
  ["in its body", () => [head(), BODY.slice(0, 10)]],
  ["in a chunk", () => [head(inChunks), "ff\r\n{"]],
  ["behind its body", () => [head(), BODY]],
])("B13 B3 clients that leave %s keep no place", async (_, steps) => {
  for (let client = 0; client < 3 * IN_FLIGHT_MAX; client += 1) await ask([...steps(), { waitMs: 5 }, RESET]);
  await expect.poll(() => ask([head(), BODY])).toEqual([TAKEN]);
  expect(unheard).toEqual([]);
});
