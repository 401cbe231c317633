import { DIALECTS, OPERATIONS, type PlainOperation, SignalboxError } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { readOperationRequest } from "../operations/operation-request.ts";
import type { Principal } from "../keys/key-ring.ts";
import { readChatRequest } from "./chat-request.ts";

const LEVELS = 100_000;
const LIST = `${"[".repeat(LEVELS)}${"]".repeat(LEVELS)}`;
const OBJECT = `${'{"a":'.repeat(LEVELS)}1${"}".repeat(LEVELS)}`;

/** Where requests of some dialect hold JSON of the caller's own. */
const PLACES = [
  "model",
  "metadata",
  "messages",
  "input",
  "contents",
  "prompt",
  "tools",
  "system",
  "tool_choice",
  "response_format",
  "generationConfig",
  "unheard_of",
];

function bodies(deep: string): string[] {
  const base = '"model":"m","max_tokens":9';
  const said =
    '"messages":[{"role":"user","content":"Hi"}],"input":"Hi","contents":[{"parts":[{"text":"Hi"}]}],"prompt":"Hi","query":"q","documents":["d"],"voice":"v"';
  const within = [
    `"tools":[{"type":"function","name":"f","function":{"name":"f","parameters":${deep}},"parameters":${deep},"input_schema":${deep},"functionDeclarations":[{"name":"f","parameters":${deep}}]}]`,
    `"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":${deep}}]}]`,
    `"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":${deep}}}]}]`,
    `"input":[{"type":"future_item","value":${deep}}]`,
    `"messages":[{"role":"user","content":${deep}}]`,
    `"response_format":{"type":"json_schema","json_schema":{"name":"s","schema":${deep}}}`,
  ];
  return [
    deep,
    ...PLACES.map((place) => `{${base},${said},"${place}":${deep}}`),
    ...within.map((field) => `{${base},${said},${field}}`),
  ];
}

const principal: Principal = {
  tenant: "default",
  keyId: "k",
  role: "member",
  digestKey: Buffer.alloc(32),
} as unknown as Principal;

const common = {
  requestId: "r",
  receivedAtMs: 0,
  startedMs: 0,
  principal,
  headers: {},
  audit: "async",
  cacheEnabled: true,
} as const;

function failureOf(work: () => unknown): unknown {
  try {
    work();
    return "none";
  } catch (error) {
    return error instanceof SignalboxError ? error.code : error;
  }
}

/** Each is parsed but once, because that is what takes long. */
const CASES = bodies(OBJECT).map((text) => ({ text, json: JSON.parse(text) as unknown, shown: text.slice(0, 90) }));

describe("B13 a body that nests 100,000 levels deep", () => {
  test.each(DIALECTS)("is refused in %s wherever it does", (dialect) => {
    for (const { json, shown } of CASES) {
      const input = { ...common, dialect, envelope: { model: "m" }, body: Buffer.alloc(0), json };
      expect([shown, failureOf(() => readChatRequest(input))]).toEqual([shown, "invalid-request"]);
    }
  });

  test.each(OPERATIONS.filter((operation): operation is PlainOperation => operation !== "chat"))(
    "is refused for %s",
    (operation) => {
      const envelope = { contentType: "multipart/form-data; boundary=b" };
      for (const text of [
        LIST,
        `{"model":"m","input":${LIST},"prompt":"a","query":"q","documents":["d"],"voice":"v"}`,
      ]) {
        const input = { ...common, operation, dialect: "openai-chat" as const, envelope, body: Buffer.from(text) };
        expect(failureOf(() => readOperationRequest(input))).toBe("invalid-request");
      }
    },
  );
});
