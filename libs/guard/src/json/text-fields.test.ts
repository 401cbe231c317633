import { expect, test } from "vitest";
import { jsonStrings } from "./json-strings.ts";
import { textFields } from "./text-fields.ts";

test("what somebody said is found under the number that it has among all strings, and words of the protocol are not", () => {
  const json = JSON.stringify({
    model: "gpt-5",
    messages: [
      { role: "user", content: "Hello, Jane" },
      { role: "assistant", content: [{ type: "text", text: 'say "hi" : now' }], tool_calls: [{ id: "c1" }] },
    ],
    metadata: { note: "kept" },
    stop: ["a", "b"],
  });
  const strings = jsonStrings(json);
  const found = textFields(json);
  expect(found.map(({ value }) => value)).toEqual(["Hello, Jane", 'say "hi" : now', "kept", "a", "b"]);
  for (const { field, value } of found) expect(strings[field]?.value).toBe(value);
});
