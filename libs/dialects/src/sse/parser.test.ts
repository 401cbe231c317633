import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeComment, encodeEvent } from "./encode.ts";
import type { WireEvent } from "../framing.ts";
import { SSE_EVENT_MAX_CHARS, SseParser } from "./parser.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function parse(...pieces: Uint8Array[]): WireEvent[] {
  const parser = new SseParser();
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
}

const STREAMS: Record<string, string> = {
  "LF with comments and emoji": ': keep-alive\n\ndata: {"a":"🚦 ü"}\n\n: x\ndata: second\n\ndata: [DONE]\n\n',
  CRLF: "event: chunk\r\ndata: one 🚂\r\ndata: two\r\n\r\ndata: [DONE]\r\n\r\n",
  "CR alone": "data: one\r\rdata: two 🛤️\r\r",
  "data without a space, several lines, no last blank line": "data:{\n data: no\ndata:}\nid: 7\nretry: 10\n\n\ndata:é",
  "a byte order mark and mixed line ends": "\uFEFFdata: a\r\n\ndata: b\n\r\ndata: c\r\r\n",
};

describe("B12 the parser gives the same events wherever the bytes are cut", () => {
  test.each(Object.entries(STREAMS))("%s: at every offset, and byte by byte", (_, text) => {
    const bytes = bytesOf(text);
    const whole = parse(bytes);
    expect(whole.length).toBeGreaterThan(0);
    for (let at = 0; at <= bytes.length; at++) expect(parse(bytes.slice(0, at), bytes.slice(at))).toEqual(whole);
    expect(parse(...Array.from(bytes, (_byte, at) => bytes.slice(at, at + 1)))).toEqual(whole);
  });

  test("any cuts of any events, in any of the three line ends", () => {
    const line = fc
      .array(fc.constantFrom("a", " ", ":", "ü", "線", "🚦"), { maxLength: 12 })
      .map((all) => all.join(""));
    const events = fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 });
    const cuts = fc.array(fc.nat(400), { maxLength: 8 });
    fc.assert(
      fc.property(events, cuts, fc.constantFrom("\n", "\r\n", "\r"), (lines, offsets, end) => {
        const text = lines.map((event) => event.map((data) => `data: ${data}${end}`).join("") + end).join("");
        const bytes = bytesOf(text);
        const at = [0, ...offsets.filter((offset) => offset < bytes.length).toSorted((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((offset, index) => bytes.slice(at[index], offset));
        expect(parse(...pieces).map((event) => event.data)).toEqual(lines.map((event) => event.join("\n")));
      }),
    );
  });
});

describe("B12 what providers send beside the standard", () => {
  test("an event that the body's end cuts off is still given out", () => {
    expect(parse(bytesOf("data: last"))).toEqual([{ event: "", data: "last" }]);
  });

  test("a bare JSON object on a line is taken for data", () => {
    expect(parse(bytesOf('{"error":{"message":"no"}}\n'))).toEqual([{ event: "", data: '{"error":{"message":"no"}}' }]);
  });

  test("B6 a bare JSON object that is written over many lines is one event", () => {
    const error = JSON.stringify({ error: { message: "no" } }, null, 2);
    expect(parse(bytesOf(`${error}\n\ndata: 1\n\n`))).toEqual([
      { event: "", data: error },
      { event: "", data: "1" },
    ]);
  });

  test("an event field without data gives no event", () => {
    expect(parse(bytesOf("event: ping\n\ndata: a\n\n"))).toEqual([{ event: "", data: "a" }]);
  });

  test("what the encoder writes is read back", () => {
    const text = encodeComment("hello\nthere") + encodeEvent({ event: "e", id: "1", data: "a\nb" });
    expect(parse(bytesOf(text))).toEqual([{ event: "e", data: "a\nb" }]);
  });
});

function pushForever(piece: Uint8Array): void {
  const parser = new SseParser();
  for (let sent = 0; sent <= SSE_EVENT_MAX_CHARS; sent += piece.length) parser.push(piece);
}

describe("B12 memory is bounded", () => {
  test("an event above the limit is refused, with and without line ends", () => {
    const megabyte = bytesOf("x".repeat(1024 * 1024));
    expect(() => pushForever(megabyte)).toThrow("larger than 8 MiB");
    expect(() => pushForever(bytesOf(`data: ${"x".repeat(1000)}\n`.repeat(1000)))).toThrow("larger than 8 MiB");
  });

  test("a megabyte event is read, and keep-alive comments never add up to the limit", () => {
    const parser = new SseParser();
    const comments = bytesOf(`: ${"x".repeat(1020)}\n`.repeat(1024));
    for (let sent = 0; sent < 10; sent++) expect(parser.push(comments)).toEqual([]);
    const [event] = parser.push(bytesOf(`data: ${"y".repeat(1024 * 1024)}\n\n`));
    expect(event?.data.length).toBe(1024 * 1024);
  });
});
