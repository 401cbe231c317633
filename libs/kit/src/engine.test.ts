import type { DecisionInput } from "@signalbox/proto";
import { expect, test } from "vitest";
import { loadEngine } from "./engine.ts";

const INPUT = { documents: { policy: "p", catalogue: "c", health: "h" } } as DecisionInput;
const DOCUMENTS = { policy: "{}", catalogue: "{}", health: "{}" };

/** An engine whose decision is what `expression` gives. */
function engineOf(expression: string): string {
  return `globalThis.signalboxEngine = { has: () => false, load() {}, decide: () => JSON.stringify(${expression}) };`;
}

test("an engine gets each document once while it holds it", () => {
  const source = `
    const held = [];
    globalThis.signalboxEngine = {
      has: (digest) => held.includes(digest),
      load: (digest, json) => held.push(digest),
      decide: (input) => JSON.stringify(held),
    };`;
  const engine = loadEngine(source);
  engine.decide(INPUT, DOCUMENTS);
  expect(engine.decide(INPUT, DOCUMENTS)).toEqual(["p", "c", "h"]);
});

test.each(["Date.now()", "Math.random()", "new Intl.NumberFormat()", "process.env", "require('fs')", "eval('1')"])(
  "an engine that asks for %s fails",
  (expression) => {
    expect(() => loadEngine(engineOf(expression)).decide(INPUT, DOCUMENTS)).toThrow("The decision engine failed.");
  },
);

test("two engines share nothing", () => {
  loadEngine(`globalThis.left = 1; ${engineOf("1")}`);
  expect(loadEngine(engineOf("typeof left")).decide(INPUT, DOCUMENTS)).toBe("undefined");
});

test("a document that is no engine is refused", () => {
  expect(() => loadEngine("globalThis.something = 1")).toThrow("The document is not a decision engine.");
});

test("a script that does not end is stopped", () => {
  expect(() => loadEngine("for (;;);")).toThrow(/timed out/);
}, 10_000);
