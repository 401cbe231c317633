import { DIALECTS, SignalboxError } from "@signalbox/proto";
import * as fc from "fast-check";
import type { FastifyRequest } from "fastify";
import { describe, expect, test } from "vitest";
import { CHAT_ENDPOINTS } from "../chat/chat-endpoints.ts";
import { parseRequestHeaders } from "../chat/request-headers.ts";
import { traceparentOf } from "../chat/traceparent.ts";
import { callerDialectOf } from "./caller-dialect.ts";
import { errorAnswer } from "./error-answer.ts";
import { withVersion } from "./optional-version.ts";

const CODES = ["none", "invalid-request", "not-found"];
const words = fc.oneof(
  fc.string(),
  fc.constantFrom(
    "on",
    "a=b",
    "a,b",
    ",",
    "=",
    "models/",
    ":generateContent",
    "%2F",
    "%",
    "..",
    "v1beta",
    "-01",
    "sse",
  ),
);
/** What a client may send in a header or a path: words that mean something, and any others between them. */
const text = fc.array(words, { maxLength: 6 }).map((each) => each.join(""));

function codeOf(read: () => unknown): string {
  try {
    read();
    return "none";
  } catch (error) {
    if (error instanceof SignalboxError) return error.code;
    throw error;
  }
}

describe("B15 whatever stands outside a request's body", () => {
  test("is read or refused with an error of the caller's, headers and paths", () => {
    fc.assert(
      fc.property(text, text, text, (first, second, path) => {
        const headers = {
          "x-signalbox-cache": first,
          "x-signalbox-tags": second,
          "x-signalbox-signals": first,
          "anthropic-beta": second,
          "anthropic-version": first,
        };
        expect(CODES).toContain(codeOf(() => parseRequestHeaders(headers)));
        const request = { headers, params: { "*": path }, query: { alt: first } } as unknown as FastifyRequest;
        for (const endpoint of CHAT_ENDPOINTS) {
          expect(CODES).toContain(codeOf(() => [endpoint.counts?.isAsked(request), endpoint.envelopeOf(request)]));
        }
        expect(traceparentOf(first, "0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e")).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-/);
      }),
    );
  });

  test("leaves a URL one that is answered in a dialect of its own", () => {
    fc.assert(
      fc.property(text, text, (path, version) => {
        const url = withVersion(`/${path}`);
        expect(url.startsWith("/")).toBe(true);
        expect(DIALECTS).toContain(callerDialectOf(url, { "anthropic-version": version }));
      }),
    );
  });

  test("takes time in its length alone", () => {
    const long = 16_000;
    for (const piece of ["/v1beta/", "a:", ":generateContent", "models/", "%2F", ":generateContent?"]) {
      const url = `/v1beta/${piece.repeat(long / piece.length)}`;
      const startedMs = performance.now();
      callerDialectOf(withVersion(url), {});
      const request = { headers: {}, params: { "*": url }, query: {} } as unknown as FastifyRequest;
      for (const endpoint of CHAT_ENDPOINTS) codeOf(() => endpoint.envelopeOf(request));
      expect(performance.now() - startedMs).toBeLessThan(1_000);
    }
  });

  test("is answered with JSON and headers that can be sent, however an error words it", () => {
    fc.assert(
      fc.property(text, text, fc.constantFrom(...DIALECTS), (message, param, dialect) => {
        const answer = errorAnswer(new SignalboxError("invalid-request", message, { details: { param } }), dialect);
        expect(JSON.parse(answer.body)).toMatchObject({ error: {} });
        expect(() => new Headers(answer.headers as Record<string, string>)).not.toThrow();
      }),
    );
  });
});
