import { CAPABILITIES, type DecisionInput, type Endpoint, MODALITIES, type PolicyDocument } from "@signalbox/proto";
import * as fc from "fast-check";
import type { DecisionDocuments } from "../prepare-documents.ts";
import { decisionInput, documents, endpoint, health, NOW_MS, priced } from "./documents.ts";

const price = fc.option(
  fc.tuple(fc.nat(20), fc.nat(20)).map(([input, output]) => priced(input * 100_000, output * 100_000)),
);
const anEndpoint: fc.Arbitrary<Endpoint> = fc
  .record({
    provider: fc.constantFrom("a", "b", "c"),
    model: fc.constantFrom("m1", "m2", "m3", "m4"),
    family: fc.constantFrom("f1", "f2"),
    price,
    capabilities: fc.subarray([...CAPABILITIES]),
    inputs: fc.subarray([...MODALITIES], { minLength: 1 }),
    contextTokens: fc.option(fc.constantFrom(1_000, 4_000, 128_000)),
    maxOutputTokens: fc.option(fc.constantFrom(500, 1_000, 8_000)),
    deprecated: fc.boolean(),
    quality: fc.option(fc.constantFrom(300_000, 600_000, 900_000)),
  })
  .map(({ quality, ...fields }) =>
    endpoint(`${fields.provider}/${fields.model}`, {
      ...fields,
      quality: quality === null ? {} : { default: { value: quality, source: "measured", reference: null } },
    }),
  );
const endpoints = fc.uniqueArray(anEndpoint, { selector: ({ id }) => id, maxLength: 12 });
const snapshot = fc
  .uniqueArray(
    fc.record({
      endpoint: fc.constantFrom("a/m1", "a/m2", "b/m1", "b/m3", "c/m4"),
      openUntilMs: fc.constantFrom(0, NOW_MS - 5, NOW_MS + 5),
      latencyMs: fc.option(fc.constantFrom(100, 200)),
    }),
    { selector: (entry) => entry.endpoint },
  )
  .map(health);
const policy: fc.Arbitrary<Partial<PolicyDocument>> = fc.record({
  deny: fc.subarray(["a/*", "m2", "c/m4"]),
  planMax: fc.integer({ min: 1, max: 8 }),
  defaultStrategy: fc.constantFrom("value", "cost", "latency", "quality"),
});
/** Small catalogues in which endpoints collide in every way. */
export const someDocuments: fc.Arbitrary<DecisionDocuments> = fc
  .record({ endpoints, snapshot, policy })
  .map((parts) => documents(parts.endpoints, { policy: parts.policy, health: parts.snapshot }));
export const someInput: fc.Arbitrary<DecisionInput> = fc
  .record({
    model: fc.constantFrom("auto", "auto:cost", "auto:latency", "auto:quality", "m1", "f1", "a/m1", "nothing"),
    maxOutputTokens: fc.option(fc.constantFrom(100, 1_000, 5_000)),
    difficulty: fc.constantFrom(200_000, 500_000, 950_000),
    capabilities: fc.subarray([...CAPABILITIES], { maxLength: 1 }),
    draw: fc.nat(0xffff_ffff),
  })
  .map(({ model, maxOutputTokens, difficulty, capabilities, draw }) =>
    decisionInput({ draw, facts: { model, maxOutputTokens }, classification: { difficulty, capabilities } }),
  );
