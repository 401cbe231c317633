import { TranslationLoss } from "@signalbox/proto";
import { expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import { parseRequest } from "../openai-chat/parse-request.ts";
import { LossList, NO_LOSSES, withLoss } from "./loss.ts";

const LONG = "x".repeat(1_000);

test("kinds and paths that callers and providers choose are cut to what records take", () => {
  const losses = new LossList();
  losses.add(LONG, LONG, "foreign");
  for (const loss of [...losses.all, ...withLoss(NO_LOSSES, { path: LONG, what: LONG, why: "foreign" })]) {
    expect(TranslationLoss.parse(loss)).toEqual({ path: "x".repeat(256), what: "x".repeat(64), why: "foreign" });
  }
});

test("a request of any words loses nothing that a record could not hold", () => {
  const tools = [{ type: LONG }];
  const messages = [{ role: "user", content: "Hello", [LONG]: 1 }];
  const { losses } = renderFor("gemini", parseRequest({ model: "auto", messages, tools, [LONG]: 1 }), {
    model: "m",
    maxOutputTokens: null,
  });
  expect(losses.length).toBeGreaterThan(1);
  for (const loss of losses) expect(TranslationLoss.parse(loss)).toEqual(loss);
});
