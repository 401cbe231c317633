import { expect, test } from "vitest";
import { parseResponsesCount, renderResponsesCount } from "./count-tokens.ts";

test("a count is asked for with a request, which may lack its model and its input", () => {
  const tools = [{ type: "function", name: "f", parameters: {}, strict: false }];
  const request = parseResponsesCount({ instructions: "Be brief.", input: "Hello", tools });
  expect(request).toMatchObject({ model: "auto", tools: [{ name: "f" }] });
  expect(request.messages.map(({ role }) => role)).toEqual(["system", "user"]);
  expect(parseResponsesCount({ model: "m" }).model).toBe("m");
});

test.each(["previous_response_id", "conversation"])("what stands elsewhere is not counted: %s", (field) => {
  expect(() => parseResponsesCount({ input: "x", [field]: "id_1" })).toThrow(
    expect.objectContaining({ code: "invalid-request", details: { param: field } }) as Error,
  );
});

test("what is no request is refused", () => {
  expect(() => parseResponsesCount([])).toThrow("expected a JSON object");
  expect(() => parseResponsesCount({ input: 5 })).toThrow(
    expect.objectContaining({ code: "invalid-request" }) as Error,
  );
});

test("the answer is OpenAI's", () => {
  expect(renderResponsesCount(7)).toEqual({ object: "response.input_tokens", input_tokens: 7 });
});
