import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { WIRES, type WireName } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { isObject } from "./check/check-value.ts";
import { parseJson } from "./check/parse-json.ts";
import { egressOf } from "./codecs.ts";
import { readStreamed, readWhole } from "./neutral/read-both.test-kit.ts";
import type { NeutralResponse } from "./neutral/response.ts";
import type { JsonObject } from "./neutral/source.ts";

// Every answer in the folder that RECORDINGS_DIR names, those included whose facts nobody has written down: that it decodes, and that
// each piece of text that it brought is in what was read. The tests beside each codec say what the known ones mean.
const root = process.env["RECORDINGS_DIR"];
const FOLDERS: Readonly<Record<string, WireName>> = {
  "cohere-chat-v2": "cohere-v2",
  "gemini-generate-content": "gemini",
};
const folders = root === undefined || !existsSync(root) ? [] : readdirSync(root);

type Recording = { readonly name: string; readonly wire: WireName; readonly path: string };
const recordings: readonly Recording[] = folders.flatMap((folder) => {
  const wire = FOLDERS[folder] ?? WIRES.find((each) => each === folder);
  if (wire === undefined) return [];
  const names = readdirSync(join(root ?? "", folder));
  return names.map((name) => ({ name: `${folder}/${name}`, wire, path: join(root ?? "", folder, name) }));
});

/** The events of a file, by answer: a file may hold the answers of a loop over tools. */
function answersIn({ path, wire }: Recording): JsonObject[][] {
  const lines = readFileSync(path, "utf8").split("\n");
  const events = lines.flatMap((line) => (line.trim() === "" ? [] : [eventIn(line)]));
  const opening =
    wire === "openai-responses" ? "response.created" : wire === "anthropic-messages" ? "message_start" : null;
  const answers: JsonObject[][] = [];
  let id: unknown;
  for (const event of events) {
    const opened = event["type"] === opening ? (event["response"] ?? event["message"]) : undefined;
    const next = isObject(opened) ? opened["id"] : id;
    if (answers.length === 0 || next !== id) answers.push([]);
    id = next;
    answers.at(-1)?.push(event);
  }
  return answers;
}

/** Lines of one recording have lost their last brace. */
function eventIn(line: string): JsonObject {
  return (parseJson(line) ?? JSON.parse(`${line}}`)) as JsonObject;
}

/** Where the words of an answer stand, in an event of any wire. */
const WORDS = new Set([
  "text",
  "thinking",
  "content",
  "reasoning",
  "reasoning_content",
  "tool_plan",
  "arguments",
  "input",
  "partial_json",
]);
/** What holds an answer's pieces; the rest of an event is about it. */
const PIECES = ["delta", "choices", "candidates", "contentBlockDelta"];

function wordsOf(value: unknown, at: string): string[] {
  if (typeof value === "string") return WORDS.has(at) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item: unknown) => wordsOf(item, at));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([field, inner]) =>
    field === "message" && "delta" in value ? [] : wordsOf(inner, field),
  );
}

/** All that was read of an answer, as text. */
function readText({ choices }: NeutralResponse): string {
  const parts = choices.flatMap((choice) => choice.parts);
  return parts
    .map((part) => ("arguments" in part ? part.arguments : "text" in part ? part.text : JSON.stringify(part)))
    .join("\n");
}

const isFailure = (event: JsonObject): boolean =>
  isObject(event["error"]) || event["type"] === "error" || event["type"] === "response.failed";
const ENDS =
  /"(finish_reason|finishReason|stop_reason|stopReason)": ?"|"type": ?"(message-end|response\.(completed|incomplete|done))"/;

/** How a stream ends. Some recordings were cut by hand before their end. */
function endOf(events: readonly JsonObject[]): string {
  if (events.some(isFailure)) return "error";
  return ENDS.test(JSON.stringify(events)) ? "done" : "truncated";
}

/** Events of pieces that come again, whole, in an item that only its dialect has. */
const OF_ITEMS = /partial_image|_call_code|mcp_call|_diff|custom_tool_call/;

function piecesOf(event: JsonObject): string[] {
  if (OF_ITEMS.test(String(event["type"]))) return [];
  const { delta } = event;
  return typeof delta === "string" ? [delta] : PIECES.flatMap((field) => wordsOf(event[field], field));
}

/** Answers of embeddings, images and the like are none of these wires', and errors none at all. */
function isAnswer({ path }: Recording): boolean {
  const body = JSON.parse(readFileSync(path, "utf8")) as JsonObject;
  return !isFailure(body) && ANSWER_FIELDS.some((field) => field in body);
}
const ANSWER_FIELDS = ["choices", "output", "content", "candidates", "message", "promptFeedback"];

const streams = recordings.filter(({ name }) => name.endsWith(".chunks.txt"));
const wholes = recordings.filter((each) => each.name.endsWith(".json") && isAnswer(each));

describe.skipIf(root === undefined)("every recorded answer (skipped: RECORDINGS_DIR is not set)", () => {
  test.each(streams.map((each) => [each.name, each] as const))("the stream %s decodes and loses no word", (_, each) => {
    for (const events of answersIn(each)) {
      const { response, progress } = readStreamed(egressOf(each.wire), events);
      expect(progress.end.kind).toBe(endOf(events));
      const text = response === null ? null : readText(response);
      expect(events.flatMap(piecesOf).filter((piece) => text?.includes(piece) === false)).toEqual([]);
    }
  });

  test.each(wholes.map((each) => [each.name, each] as const))("the answer %s decodes", (_, { wire, path }) => {
    const { choices, usage } = readWhole(egressOf(wire), JSON.parse(readFileSync(path, "utf8")));
    expect(choices.length).toBeGreaterThan(0);
    expect(usage?.source).toBe("reported");
  });
});
