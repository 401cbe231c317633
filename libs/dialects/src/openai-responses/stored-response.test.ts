import { describe, expect, test } from "vitest";
import type { JsonObject } from "../neutral/source.ts";
import { referencesOf, resolveReferences } from "./item-reference.ts";
import { parseRequest } from "./parse-request.ts";
import { conversationOf, joinConversation, previousResponseIdOf } from "./stored-response.ts";

const first = { model: "m", input: "Look.", instructions: "Be brief." };
const call = { type: "function_call", id: "fc_1", call_id: "c1", name: "look", arguments: "{}" };
const stored = conversationOf(first, { output: [call] });
const result = { type: "function_call_output", call_id: "c1", output: "dark" };
const second = { model: "m", input: [result], previous_response_id: "resp_1" };

describe("a request that goes on from a response", () => {
  test("names it", () => {
    expect([previousResponseIdOf(parseRequest(second)), previousResponseIdOf(parseRequest(first))]).toEqual([
      "resp_1",
      null,
    ]);
  });

  test("becomes one that holds the whole conversation, without the earlier instructions", () => {
    const asked = { role: "user", content: "Look." };
    const joined = joinConversation(second, stored);
    expect(joined).toEqual({ model: "m", input: [{ type: "message", ...asked }, call, result] });
    const third = joinConversation({ model: "m", input: "And?" }, conversationOf(joined, { output: [] }));
    expect(parseRequest(third).messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "user"]);
  });

  test("may refer to what is in it, and to nothing else", () => {
    const refer = (id: string): object => ({ ...second, input: [{ type: "item_reference", id }, result] });
    const { input } = joinConversation(refer("fc_1") as typeof second, stored) as { input: object[] };
    expect(input.slice(1)).toEqual([call, result]);
    expect(() => joinConversation(refer("fc_9") as typeof second, stored)).toThrow(
      expect.objectContaining({ details: { param: "input[0].id" } }) as Error,
    );
  });

  test("B9 takes along reasoning that can be sent back, and none that the provider would look for in vain", () => {
    const reasoning = { type: "reasoning", summary: [] };
    const bare = { ...reasoning, id: "rs_1" };
    const sealed = { ...reasoning, id: "rs_2", encrypted_content: "e" };
    const open = { ...reasoning, id: "rs_3", content: [{ type: "reasoning_text", text: "Hm." }] };
    const foreign = { ...reasoning, id: "rs_sb_4", summary: [{ type: "summary_text", text: "Hm." }] };
    const kept = conversationOf({ input: [] }, { output: [bare, sealed, open, foreign, call] });
    expect(joinConversation(second, kept)).toMatchObject({ input: [sealed, open, foreign, call, result] });
  });
});

const refer = (id: string): object => ({ type: "item_reference", id });

describe("B9 a request that refers to items instead of holding them", () => {
  const say = { id: "msg_1", type: "message", role: "assistant", content: [] };
  const bare = { id: "rs_1", type: "reasoning", summary: [] };
  const body = { model: "m", input: [{ role: "user", content: "Hi" }, refer("rs_1"), { id: "msg_1" }, refer("msg_9")] };

  test("names them", () => {
    expect(referencesOf(body)).toEqual(["rs_1", "msg_1", "msg_9"]);
    for (const other of [null, "x", {}, { input: "Hi" }, { input: [null, 1, { type: "item_reference" }] }]) {
      expect(referencesOf(other)).toEqual([]);
    }
  });

  test("is given those that are known, but for reasoning that nobody can read; the rest stay references", () => {
    const known = new Map<string, JsonObject>([
      ["msg_1", say],
      ["rs_1", bare],
    ]);
    expect(resolveReferences(body, known)).toEqual({ model: "m", input: [body.input[0], say, refer("msg_9")] });
  });
});
