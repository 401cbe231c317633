import { expect, test } from "vitest";
import { nothingAt } from "./nothing-at.ts";

test.each([
  ["/v1/files?limit=1", "files"],
  ["/v1/batches/b_1/cancel", "batches"],
  ["/v1/messages/batches", "messages/batches"],
  ["/v1/responses/compact", "responses/compact"],
  ["/v1beta/cachedContents", "cachedContents"],
  ["/upload/v1beta/files", "files"],
])("%s names what was meant", (url, name) => {
  expect(nothingAt(url).message).toBe(`There is nothing at this URL. '${name}' is not served here.`);
});

test.each(["/v1/sk-secret", "/v1/filesystem", "/files/v1", "/"])("%s is not repeated", (url) => {
  expect(nothingAt(url)).toMatchObject({ code: "not-found", message: "There is nothing at this URL." });
});
