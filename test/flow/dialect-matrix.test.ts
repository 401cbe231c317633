import { WIRES, type WireName } from "@signalbox/proto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Script, Upstream } from "../kit/upstream.ts";
import { CASES, type MatrixCase, OUTPUT_TOKENS, PIXEL, PROMPT, type Read, RESULT, TOOL } from "./matrix/cases.ts";
import { anthropicMessagesClient } from "./matrix/clients/anthropic-messages.ts";
import type { Client } from "./matrix/clients/client.ts";
import { geminiClient } from "./matrix/clients/gemini.ts";
import { openaiChatClient } from "./matrix/clients/openai-chat.ts";
import { openaiResponsesClient } from "./matrix/clients/openai-responses.ts";
import { type MatrixLine, modelAt, startMatrixLine } from "./matrix/matrix-line.ts";
import { type Cell, renderMatrix } from "./matrix/matrix-table.ts";
import { WIRE_FAKES } from "./matrix/wires/wires.ts";

const CLIENTS = {
  "openai-chat": openaiChatClient,
  "openai-responses": openaiResponsesClient,
  "anthropic-messages": anthropicMessagesClient,
  gemini: geminiClient,
} as const;
type Dialect = keyof typeof CLIENTS;
const DIALECTS = Object.keys(CLIENTS) as Dialect[];

/** A provider that limits rates is left alone for a while, so each caller meets a model of its own. */
const MODELS = ["sound", ...DIALECTS.flatMap((dialect) => [`before-${dialect}`, `within-${dialect}`])];

let rig: MatrixLine;
const clients = new Map<Dialect, Client>();
const passed: Cell[] = [];
let asked = 0;

beforeAll(async () => {
  rig = await startMatrixLine(MODELS);
  for (const dialect of DIALECTS) clients.set(dialect, CLIENTS[dialect](rig.line));
});
afterAll(() => rig[Symbol.asyncDispose]());

const ANSWERED = CASES.filter(({ fails }) => fails === undefined);
const FAILING = CASES.filter(({ fails }) => fails !== undefined);

describe.each(DIALECTS)("a caller of %s", (dialect) => {
  describe.each(WIRES)("before a provider of %s", (wire) => {
    test.each(ANSWERED)("$name", async (each) => {
      const { asking, request } = await ask(each, { dialect, wire });
      expect(comparable(await asking, each, dialect)).toEqual(expectedOf(each));
      expect(seenBy(wire, request())).toEqual(expectedSeen(each, wire));
      passed.push({ dialect, wire, name: each.name });
    });

    test.each(FAILING)("$name", async (each) => {
      const { asking, request } = await ask(each, { dialect, wire });
      const error: unknown = await asking.then(
        () => null,
        (caught: unknown) => caught,
      );
      expect(error).toBeInstanceOf(Error);
      // An error within a stream has no status of its own; some SDKs read one out of its body.
      const statuses = each.fails === "before" ? [429] : [null, 500, 502, 503];
      expect(statuses).toContain(clients.get(dialect)!.statusOf(error));
      expect(seenBy(wire, request())).toEqual(expectedSeen(each, wire));
      passed.push({ dialect, wire, name: each.name });
    });
  });
});

test("the table of all cells is the one that users read", async ({ skip }) => {
  const rows = DIALECTS.flatMap((dialect) => WIRES.map((wire) => ({ dialect, wire })));
  if (asked < rows.length * CASES.length) skip("not all cells were asked for");
  const rendered = renderMatrix(rows, passed);
  console.log(rendered);
  await expect(rendered).toMatchFileSnapshot("../../libs/dialects/MATRIX.md");
});

type Request = Upstream["received"][0];

async function ask(
  each: MatrixCase,
  { dialect, wire }: { dialect: Dialect; wire: WireName },
): Promise<{ asking: Promise<Read>; request: () => Request }> {
  const { upstream } = rig;
  asked += 1;
  upstream.always(scriptOf(each, wire));
  const before = upstream.received.length;
  const model = each.fails === undefined ? "sound" : `${each.fails}-${dialect}`;
  const asking = clients.get(dialect)!.ask(each, modelAt(wire, model));
  await Promise.allSettled([asking]);
  return { asking, request: () => upstream.received[before]! };
}

function scriptOf(each: MatrixCase, wire: WireName): Script {
  const fake = WIRE_FAKES[wire];
  if (each.fails === "before") return fake.failure();
  if (each.fails === "within") return fake.brokenStream(each.answer);
  return each.stream ? fake.streamed(each.answer) : fake.whole(each.answer);
}

/** What a provider says when it declines may or may not be shown, and Gemini has no word for a model that declines in words. */
function comparable(read: Read, { answer }: MatrixCase, dialect: Dialect): Read {
  if (answer.refused !== true) return read;
  return { ...read, text: "", finish: dialect === "gemini" && read.finish === "stop" ? "refused" : read.finish };
}

function expectedOf({ answer }: MatrixCase): Read {
  const calls = (answer.calls ?? []).map(({ name, arguments: given }) => ({ name, arguments: given }));
  return {
    text: answer.text ?? "",
    calls,
    reasoning: answer.reasoning ?? "",
    finish: answer.refused ? "refused" : calls.length > 0 ? "tools" : "stop",
    outputTokens: OUTPUT_TOKENS,
  };
}

/** What the provider got, with whether it got its own key and not the caller's. */
function seenBy(wire: WireName, request: Request): object {
  const headers = JSON.stringify(request.headers);
  const { results, texts, schema, ...seen } = WIRE_FAKES[wire].seen(request);
  return {
    ...seen,
    // Converse has no structured output for every model; what is asked of it is on the record as a loss.
    schema: wire === "bedrock-converse" ? [] : schema,
    hasPrompt: texts.includes(PROMPT),
    hasResult: results.some((result) => result.includes(RESULT)),
    hasOwnKey: headers.includes(`key-of-${wire}`),
    hasCallersKey: `${headers}${request.path}`.includes(rig.line.apiKey),
    isAtWire: request.path.startsWith(`/${wire}/`),
  };
}

function expectedSeen(each: MatrixCase, wire: WireName): object {
  const hasTools = each.ask === "tools" || each.ask === "tool-result";
  const hasSchema = each.ask === "schema" && wire !== "bedrock-converse";
  return {
    stream: each.stream,
    tools: hasTools ? [TOOL.name] : [],
    images: each.ask === "image" ? [PIXEL] : [],
    schema: hasSchema ? ["city"] : [],
    hasPrompt: true,
    hasResult: each.ask === "tool-result",
    hasOwnKey: true,
    hasCallersKey: false,
    isAtWire: true,
  };
}
