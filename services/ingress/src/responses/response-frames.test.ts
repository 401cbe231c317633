import { expect, test } from "vitest";
import { ResponseFrames } from "./response-frames.ts";

const event = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const eventsOf = (frames: string): Record<string, unknown>[] =>
  frames.split("\n\n").flatMap((each) => (each === "" ? [] : [JSON.parse(each.split("data: ")[1]!) as never]));

/** A text of four-byte characters that quotes an event, and so looks like one. */
const delta = event("response.output_text.delta", { delta: '🌳 "response":{"id":"resp_x"}' });
const comment = ": keep-alive\n\n";
const item = { type: "message", id: "msg_1" };
const response = { id: "resp_x", output: [], store: false, future: [1] };
const stream =
  event("response.created", { response, sequence_number: 0 }) +
  delta +
  comment +
  event("response.output_item.done", { item, output_index: 0 }) +
  event("response.completed", { response: { ...response, status: "completed" }, sequence_number: 9 });
const head = { id: "resp_ours", store: true };

test("B12 wherever a stream's bytes are cut, the same frames come out of it", () => {
  const bytes = Buffer.from(stream);
  for (let size = 1; size <= bytes.length; size += 1) {
    const frames = new ResponseFrames(head);
    let out = "";
    let last: unknown = null;
    for (let from = 0; from < bytes.length; from += size) {
      const taken = frames.push(bytes.subarray(from, from + size));
      out += taken.frames;
      last = taken.last;
    }
    expect(out).toContain(delta + comment);
    expect(eventsOf(out.replace(comment, ""))).toMatchObject([
      { type: "response.created", response: { ...head, future: [1] }, sequence_number: 0 },
      { type: "response.output_text.delta" },
      { type: "response.output_item.done" },
    ]);
    expect(last).toEqual({ ...response, ...head, status: "completed", output: [item] });
  }
});

test("the last event waits, and says what has come to hold since", () => {
  const frames = new ResponseFrames(head);
  expect(frames.end({})).toBe("");
  expect(frames.push(Buffer.from(stream)).frames).not.toContain("response.completed");
  expect(eventsOf(frames.end({ store: false }))).toMatchObject([
    { type: "response.completed", response: { id: "resp_ours", store: false }, sequence_number: 9 },
  ]);
});

test("B13 an event that nests too deep to be written again passes as it came", () => {
  const deep = `data: {"response":{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}}\n\n`;
  expect(new ResponseFrames(head).push(Buffer.from(deep))).toEqual({ frames: deep, last: null });
});
