import { closestNames } from "@signalbox/decision";
import { POLICY_FILES_MAX_BYTES, PolicyVersion, type PolicyFile, type PolicyProblem } from "@signalbox/proto";
import type { FileForm } from "./file-form.ts";
import { readForm, type LineOf } from "./read-form.ts";
import { selectorsOf } from "./selectors-of.ts";

export type ParsedPolicy =
  | {
      readonly kind: "parsed";
      readonly version: PolicyVersion;
      /** Where each test case stands, by its name. */
      readonly testPlaces: ReadonlyMap<string, Pick<PolicyProblem, "file" | "line">>;
    }
  | { readonly kind: "wrong"; readonly problems: readonly PolicyProblem[] };

type Part = { readonly file: string; readonly form: FileForm; readonly lineOf: LineOf };

const GROUP = "group:";

/**
 * Makes one version of all files of a policy, in the order of their names: rules and tests follow each other, groups
 * stand side by side, every other field may stand in one file alone.
 */
export function parsePolicyFiles(files: readonly PolicyFile[]): ParsedPolicy {
  const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  if (bytes > POLICY_FILES_MAX_BYTES) {
    const text = `the files have ${bytes} bytes together; at most ${POLICY_FILES_MAX_BYTES} can be used`;
    return { kind: "wrong", problems: [{ file: files[0]?.name ?? "policy", line: 1, text }] };
  }
  const parts: Part[] = [];
  const problems: PolicyProblem[] = [];
  for (const file of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const read = readForm(file);
    if (read.kind === "wrong") problems.push(...read.problems);
    else parts.push({ file: file.name, form: read.form, lineOf: read.lineOf });
  }
  if (problems.length > 0) return { kind: "wrong", problems };
  problems.push(...clashes(parts), ...unknownGroups(parts));
  if (problems.length > 0) return { kind: "wrong", problems };
  return { kind: "parsed", version: versionOf(parts), testPlaces: testPlacesOf(parts) };
}

function versionOf(parts: readonly Part[]): PolicyVersion {
  const {
    strategy,
    rules: _rules,
    tests: _tests,
    groups: _groups,
    ...alone
  } = Object.assign({}, ...parts.map(({ form }) => form)) as FileForm;
  return PolicyVersion.parse({
    schema: "signalbox.policy-version.v1",
    ...alone,
    ...(strategy === undefined ? {} : { defaultStrategy: strategy }),
    groups: Object.assign({}, ...parts.map(({ form }) => form.groups ?? {})) as object,
    rules: parts.flatMap(({ form }) =>
      (form.rules ?? []).map(({ name, when, final, do: effects }) => ({ name, when, final, effects })),
    ),
    tests: parts.flatMap(({ form }) => form.tests ?? []),
  });
}

function testPlacesOf(parts: readonly Part[]): Map<string, { file: string; line: number }> {
  const places = parts.flatMap(({ file, form, lineOf }) =>
    (form.tests ?? []).map(({ name }, at) => [name, { file, line: lineOf(["tests", at, "name"]) }] as const),
  );
  return new Map(places);
}

/** Of two parts that say the same thing, the second is at fault. */
function clashes(parts: readonly Part[]): PolicyProblem[] {
  const seen = new Map<string, string>();
  const problems: PolicyProblem[] = [];
  const claim = (what: string, { file, lineOf }: Part, path: readonly PropertyKey[]): void => {
    const first = seen.get(what);
    const line = lineOf(path);
    if (first === undefined) seen.set(what, `${file}:${line}`);
    else problems.push({ file, line, text: `${what} stands at ${first} already: keep one of the two` });
  };
  for (const part of parts) {
    for (const field of Object.keys(part.form)) {
      if (!["rules", "tests", "groups"].includes(field)) claim(field, part, [field]);
    }
    for (const name of Object.keys(part.form.groups ?? {})) claim(`the group '${name}'`, part, ["groups", name]);
    for (const [at, { name }] of (part.form.rules ?? []).entries()) {
      claim(`the rule '${name}'`, part, ["rules", at, "name"]);
    }
    for (const [at, { name }] of (part.form.tests ?? []).entries()) {
      claim(`the test '${name}'`, part, ["tests", at, "name"]);
    }
  }
  return problems;
}

/** A group may stand in another file than the rule that uses it. */
function unknownGroups(parts: readonly Part[]): PolicyProblem[] {
  const known = parts.flatMap(({ form }) => Object.keys(form.groups ?? {}));
  const problems: PolicyProblem[] = [];
  const check = (name: string, { file, lineOf }: Part, path: readonly PropertyKey[]): void => {
    if (known.includes(name)) return;
    const [meant] = closestNames(name, known);
    const hint = meant === undefined ? "name it under groups" : `did you mean '${meant}'?`;
    problems.push({ file, line: lineOf(path), text: `there is no group '${name}': ${hint}` });
  };
  for (const part of parts) {
    for (const [at, { do: effects }] of (part.form.rules ?? []).entries()) {
      if (effects.route !== undefined) check(effects.route, part, ["rules", at, "do", "route"]);
      for (const { effect, selector } of selectorsOf(effects)) {
        if (selector.startsWith(GROUP)) check(selector.slice(GROUP.length), part, ["rules", at, "do", effect]);
      }
    }
    for (const [group, members] of Object.entries(part.form.groups ?? {})) {
      for (const [at, selector] of members.entries()) {
        if (selector.startsWith(GROUP)) check(selector.slice(GROUP.length), part, ["groups", group, at]);
      }
    }
  }
  return problems;
}
