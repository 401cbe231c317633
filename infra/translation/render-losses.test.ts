import { readFileSync } from "node:fs";
import { ingressOf, renderFor } from "@signalbox/dialects";
import { WIRES } from "@signalbox/proto";
import { expect, test } from "vitest";
import { LOSSES_FILE, renderLosses } from "./render-losses.ts";
import { PLAIN, type SpokenDialect } from "./sample.ts";

test("B8 the tables of losses are those that the codecs make; `npm run gen` writes them", () => {
  expect(readFileSync(LOSSES_FILE, "utf8")).toBe(renderLosses());
});

test.each(Object.keys(PLAIN) as SpokenDialect[])(
  "B8 a plain request of %s loses nothing anywhere, so that each row shows its own",
  (dialect) => {
    const envelope = dialect === "gemini" ? { model: "m", stream: false } : {};
    const request = ingressOf(dialect).parseRequest(PLAIN[dialect], envelope);
    for (const wire of WIRES) {
      expect([wire, renderFor(wire, request, { model: "m", maxOutputTokens: 1_024 }).losses]).toEqual([wire, []]);
    }
  },
);
