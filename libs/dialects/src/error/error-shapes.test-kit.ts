import { type ErrorCode, SignalboxError, type WireName } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { egressOf, ingressOf } from "../codecs.ts";
import type { JsonObject } from "../neutral/source.ts";
import { isContextOverflow } from "./context-overflow.ts";

/** An error as a host words it, and what it is here. `what` begins with what went wrong. */
export type ErrorShape = {
  readonly what: string;
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly code: ErrorCode;
  /** What is shown of its words. */
  readonly says: string;
  readonly retryAfterMs?: number;
};

/** What callers of each dialect are told: the status, Anthropic's type, and Google's word. */
const FORMS: Partial<Record<ErrorCode, readonly [http: number, anthropic: string, gemini: string]>> = {
  "upstream-auth": [502, "api_error", "UNAVAILABLE"],
  "upstream-not-found": [502, "api_error", "UNAVAILABLE"],
  "upstream-error": [502, "api_error", "UNAVAILABLE"],
  "upstream-timeout": [504, "timeout_error", "DEADLINE_EXCEEDED"],
  "upstream-rate-limited": [429, "rate_limit_error", "RESOURCE_EXHAUSTED"],
  "upstream-invalid-request": [400, "invalid_request_error", "INVALID_ARGUMENT"],
};

/** A golden table: each error's code and words, and how callers of every dialect are told of it. */
export function describeErrorShapes(wire: WireName, shapes: readonly ErrorShape[]): void {
  describe.each(shapes)("$what ($status)", (shape) => {
    const error = parse(wire, shape);

    test(`is ${shape.code}`, () => {
      expect([error.code, error.message]).toEqual([shape.code, shape.says]);
      expect(error.details).toMatchObject({ provider: "acme", upstreamStatus: shape.status });
      expect(error.details.retryAfterMs).toBe(shape.retryAfterMs);
      expect(isContextOverflow(error)).toBe(isLong(shape));
    });

    test.each(["openai-chat", "openai-responses", "openai-completions"] as const)(
      "is told to callers of %s",
      (dialect) => {
        const { status, body } = ingressOf(dialect).renderError(error);
        const { type, message, code } = body["error"] as JsonObject;
        expect([status, message]).toEqual([FORMS[shape.code]?.[0], shape.says]);
        expect({ type, code }).toMatchObject(openaiWords(shape));
      },
    );

    test("is told to callers of anthropic-messages", () => {
      const { status, body } = ingressOf("anthropic-messages").renderError(error);
      const { type, message } = body["error"] as JsonObject;
      const [http, word] = FORMS[shape.code] ?? [];
      const isOverload = error.details.upstreamType === "overloaded_error";
      expect([status, type]).toEqual(isOverload ? [529, "overloaded_error"] : [http, word]);
      expect(message).toContain(shape.says);
      expect(/prompt is too long/i.test(String(message))).toBe(isLong(shape));
    });

    test("is told to callers of gemini", () => {
      const [http, , word] = FORMS[shape.code] ?? [];
      const told = { code: http, status: word, message: shape.says };
      expect(ingressOf("gemini").renderError(error)).toMatchObject({ status: http, body: { error: told } });
    });
  });
}

/** What clients of OpenAI's dialects compare with, where they do. */
function openaiWords(shape: ErrorShape): object {
  if (isLong(shape)) return { code: "context_length_exceeded" };
  return shape.code === "upstream-auth" ? { type: "server_error", code: "upstream_auth" } : {};
}

function isLong({ what }: ErrorShape): boolean {
  return what.startsWith("context");
}

function parse(wire: WireName, { status, body, headers = {} }: ErrorShape): SignalboxError {
  return egressOf(wire).parseError({
    status,
    header: (name) => headers[name],
    bodyText: typeof body === "string" ? body : JSON.stringify(body),
    provider: "acme",
    nowMs: 0,
    secrets: [],
  });
}
