import { catalogue, endpoint } from "@signalbox/decision/fixtures/documents";
import { DEFAULT_POLICY, type PolicyFile } from "@signalbox/proto";
import { expect, test } from "vitest";
import { checkPolicy } from "./check-policy.ts";
import { effectivePolicy } from "./effective-policy.ts";
import { parsePolicyFiles } from "./parse-policy-files.ts";

const CATALOGUE = catalogue([endpoint("a/one", { region: "eu" }), endpoint("b/two")]);

const WHOLE = `
strategy: cost
timeZone: Europe/Berlin
vocabulary:
  tags: [eu]
  signals: { tier: [gold, silver] }
groups:
  near: ["a/*"]
rules:
  - name: eu-only
    when: '"eu" in tags'
    do:
      require: { regions: [eu] }
      maxCostUsd: 0.25
  - name: canary
    when: |
      task == "chat"
        && !between("18:00", "06:00")
    do:
      split: [{ arm: new, percent: 2.5, to: "b/*" }]
tests:
  - name: the tag keeps a request in the EU
    given: { tags: [eu], difficulty: 0.9 }
    expect: { endpoint: "group:near", applied: [eu-only] }
`;

function problemsIn(...texts: string[]): string[] {
  const files = texts.map((text, at): PolicyFile => ({ name: `${at + 1}.yaml`, text }));
  const parsed = parsePolicyFiles(files);
  return parsed.kind === "parsed" ? [] : parsed.problems.map(({ file, line, text }) => `${file}:${line}: ${text}`);
}

test("a file becomes a version in the document's own words", () => {
  const parsed = parsePolicyFiles([{ name: "policy.yaml", text: WHOLE }]);
  expect(parsed).toMatchObject({
    kind: "parsed",
    version: {
      schema: "signalbox.policy-version.v1",
      defaultStrategy: "cost",
      groups: { near: ["a/*"] },
      rules: [
        { name: "eu-only", final: false, effects: { require: { regions: ["eu"] }, maxCostPicoUsd: "250000000000" } },
        { name: "canary", effects: { split: [{ arm: "new", share: 25_000, to: "b/*" }] } },
      ],
      tests: [{ given: { tags: ["eu"], difficulty: 900_000 } }],
    },
  });
});

test("a version stands over the configuration, whose denials stay", () => {
  const parsed = parsePolicyFiles([{ name: "policy.yaml", text: "deny: ['b/*']\nplanMax: 2" }]);
  if (parsed.kind !== "parsed") throw new Error("not parsed");
  const base = { ...DEFAULT_POLICY, deny: ["c/*"], planMax: 8, defaultMaxOutputTokens: 5 };
  expect(effectivePolicy(base, parsed.version)).toMatchObject({
    deny: ["c/*", "b/*"],
    planMax: 2,
    defaultMaxOutputTokens: 5,
  });
  expect(effectivePolicy(base, null)).toBe(base);
});

test.each([
  [
    "rules:\n  - name: x\n    whn: 'true'\n    do: { deny: no }",
    "1.yaml:3: rules[0].whn: there is no field 'whn': did you mean 'when'?",
  ],
  [
    "rules:\n  - name: x\n    when: modl == 'a'\n    do: { deny: no }",
    "1.yaml:3: rules[0].when: Unknown variable: modl. Did you mean 'model'?",
  ],
  [
    "rules:\n  - name: x\n    when: |\n      stream &&\n      modl == 'a'\n    do: { deny: no }",
    "1.yaml:5: rules[0].when: Unknown variable: modl. Did you mean 'model'?",
  ],
  [
    "rules:\n  - name: x\n    do:\n      route: nearby\ngroups: { near: ['a/*'] }",
    "1.yaml:4: there is no group 'nearby': did you mean 'near'?",
  ],
  [
    "rules:\n  - name: x\n    do: { require: { region: [eu] } }",
    "1.yaml:3: rules[0].do.require.region: there is no field 'region': did you mean 'regions'?",
  ],
  ["rules:\n  - name: x\n    do: { tag: vip }", "1.yaml:3: rules[0].do.tag: expected a list, such as [a, b]"],
  ["rules:\n  - do: { deny: no }", "1.yaml:2: rules[0].name: it is missing; expected a text"],
  [
    "rules:\n  - name: x\n    when: team = 'red'\n    do: { deny: no }",
    "1.yaml:3: rules[0].when: Unexpected character: =. Equality is written ==.",
  ],
  [
    "rules:\n  - name: x\n    when: tags.contains('red')\n    do: { deny: no }",
    "no matching overload for 'list.contains(string)'. Write \"name\" in list.",
  ],
  ["rules:\n  - name: x\n    do: {}", "1.yaml:3: rules[0].do: a rule must do something: name at least one effect"],
  ["timeZone: Europe/Berln", "1.yaml:1: timeZone: expected the name of a time zone, e.g. Europe/Berlin"],
  ["rules:\n  - { name: x, do: { maxCostUsd: 0.1234567 } }", "1.yaml:2: rules[0].do.maxCostUsd: expected dollars"],
  [
    "rules:\n  - { name: x, do: { split: [{ arm: a, percent: 60, to: a }, { arm: b, percent: 60, to: b }] } }",
    "more than 100 percent",
  ],
  ["planMax: 2\nplanMax: 3", "1.yaml:2: this is not YAML"],
])("a file that cannot be used is refused with line and fix: %#", (text, problem) => {
  expect(problemsIn(text).join("\n")).toContain(problem);
});

test("what stands in two files is refused at the second, and groups may stand in another file than their use", () => {
  const rule = "rules:\n  - { name: x, do: { only: ['group:near'] } }";
  expect(problemsIn(rule, "groups: { near: ['a/*'] }")).toEqual([]);
  expect(problemsIn("planMax: 2", `planMax: 3\n${rule}\ngroups: { near: [a] }`, rule)).toEqual([
    "2.yaml:1: planMax stands at 1.yaml:1 already: keep one of the two",
    "3.yaml:2: the rule 'x' stands at 2.yaml:3 already: keep one of the two",
  ]);
});

test("a policy's own tests are run over the catalogue", () => {
  const parsed = parsePolicyFiles([{ name: "policy.yaml", text: WHOLE }]);
  if (parsed.kind !== "parsed") throw new Error("not parsed");
  const policy = effectivePolicy(DEFAULT_POLICY, parsed.version);
  expect(checkPolicy(policy, CATALOGUE)).toEqual({ failures: [], tests: 1, warnings: [] });
  const [failure] = checkPolicy({ ...policy, rules: [] }, CATALOGUE).failures;
  expect(failure).toMatchObject({
    name: "the tag keeps a request in the EU",
    problems: ["expected rule eu-only to apply"],
  });
});

test("a selector that covers nothing is a warning, for models come and go", () => {
  const text = "rules:\n  - { name: x, do: { prefer: ['c/*'] } }";
  const parsed = parsePolicyFiles([{ name: "policy.yaml", text }]);
  if (parsed.kind !== "parsed") throw new Error("not parsed");
  expect(checkPolicy(effectivePolicy(DEFAULT_POLICY, parsed.version), CATALOGUE).warnings).toEqual([
    "rule 'x': prefer names 'c/*', which covers no endpoint now",
  ]);
});
