import { SignalboxError } from "@signalbox/proto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRequest } from "./parse-request.ts";
import { parseResponse } from "./parse-response.ts";
import { DEFAULTS, runStream, sse } from "./stream.test-kit.ts";

const options = { provider: "acme", secrets: [], defaults: DEFAULTS };

/** The code of the error that a reader threw; what is no error of ours fails the test. */
function codeOf(read: () => unknown): string {
  try {
    read();
    return "none";
  } catch (error) {
    if (error instanceof SignalboxError) return error.code;
    throw error;
  }
}

describe("whatever comes", () => {
  const anything = fc.jsonValue({ maxDepth: 4 });
  const fields = ["candidates", "content", "parts", "text", "thought", "functionCall", "args", "index", "finishReason"];
  const shaped = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: "small" },
      anything,
      fc.array(tie("node"), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(...fields, "usageMetadata", "promptFeedback", "groundingMetadata", "error"),
        tie("node"),
      ),
    ),
  })).node;

  test("B13 no event breaks the reader, and the caller's frames are JSON whatever comes", () => {
    fc.assert(
      fc.property(fc.array(shaped, { maxLength: 4 }), (events) => {
        const run = runStream([sse(...events)]);
        expect(run.progress.end.kind).not.toBe("open");
      }),
      { numRuns: 300 },
    );
  });

  test("B13 no bytes break the parser of arrays with anything but its own error", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array(),
            fc.constantFrom(...["[{", "}]", '"', "\\", ",", "{}"].map((s) => new TextEncoder().encode(s))),
          ),
        ),
        (pieces) => {
          expect(codeOf(() => runStream(pieces, { sse: false }))).toMatch(/^(?:none|upstream-error)$/);
        },
      ),
    );
  });

  test("B13 an element that never ends is given up", () => {
    const piece = new TextEncoder().encode(`{"a":"${"x".repeat(1024 * 1024)}`.replaceAll('"', "'"));
    expect(() =>
      runStream(
        Array.from({ length: 9 }, () => piece),
        { sse: false },
      ),
    ).toThrow("8 MiB");
  });

  test("B13 no body breaks the reader with anything but its own error", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 4 }), (parts, candidates) => {
        for (const value of [parts, { candidates }, { candidates: [{ content: { parts } }, candidates] }]) {
          expect(codeOf(() => parseResponse(value, options))).toMatch(/^(?:none|upstream-.*)$/);
        }
      }),
    );
    const deep = JSON.parse(`${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`) as object;
    const value = { candidates: [{ content: { parts: [{ functionCall: { name: "f", args: deep } }] } }] };
    expect(() => parseResponse(value, options)).toThrow(expect.objectContaining({ code: "upstream-error" }));
    const request = { contents: [{ role: "model", parts: value.candidates[0]!.content.parts }] };
    expect(() => parseRequest(request, { model: "m" })).toThrow(expect.objectContaining({ code: "invalid-request" }));
  });

  test("B13 no request breaks the parser with anything but its own error", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 3 }), (contents, parts) => {
        const extra = { tools: parts, generationConfig: parts, systemInstruction: parts, toolConfig: parts };
        for (const value of [
          contents,
          { contents },
          { contents: [{ parts }] },
          { contents: [{ parts: [{ text: "a" }] }], ...extra },
        ]) {
          expect(codeOf(() => parseRequest(value, { model: "m" }))).toMatch(/^(?:none|invalid-request)$/);
        }
      }),
    );
  });
});
