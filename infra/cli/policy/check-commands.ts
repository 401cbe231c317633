import { checkPolicy } from "@signalbox/policy/policy-files";
import type { Command } from "commander";
import { does, type Cli } from "../command-context.ts";
import { EXIT } from "../failure.ts";
import { catalogueAt, effectiveAt, policyFilesAt, versionOf } from "./policy-files-at.ts";

const PATH_HELP = "a YAML file, or a folder whose YAML files make one policy together";

export function addPolicyValidate(policy: Command, cli: Cli): void {
  const validate = policy
    .command("validate")
    .argument("<path>", PATH_HELP)
    .description("Checks the files by themselves. Needs no running line.")
    .addHelpText("after", "\nExamples:\n  npm run -s signalbox -- policy validate policies/");
  does(validate, cli, async ({ print }, path = "") => {
    const { rules = [], tests = [] } = versionOf(await policyFilesAt(path));
    const valid = { valid: true, rules: rules.length, tests: tests.length };
    print(valid, () => `valid: ${rules.length} rules, ${tests.length} tests`);
    return EXIT.ok;
  });
}

export function addPolicyTest(policy: Command, cli: Cli): void {
  const test = policy
    .command("test")
    .argument("<path>", PATH_HELP)
    .option("--catalogue <file>", "the catalogue to decide over (default: the home folder's)")
    .description("Runs the tests that the policy carries. Needs no running line, but a catalogue.")
    .addHelpText(
      "after",
      "\nExits with 1 when a test fails.\n\nExamples:\n  npm run -s signalbox -- policy test policies/\n" +
        "  npm run -s signalbox -- policy test policy.yaml --catalogue catalogue.json --json",
    );
  does<{ catalogue?: string }>(test, cli, async ({ print, options }, path = "") => {
    const version = versionOf(await policyFilesAt(path));
    const home = options.home;
    const catalogue = await catalogueAt(options.catalogue, home);
    const result = checkPolicy(await effectiveAt(version, home), catalogue);
    const { failures, tests, warnings } = result;
    print(result, () =>
      [
        ...warnings.map((warning) => `warning: ${warning}`),
        ...failures.flatMap(({ name, problems }) => [`FAILS  ${name}`, ...problems.map((problem) => `  ${problem}`)]),
        `${tests - failures.length} of ${tests} tests hold`,
      ].join("\n"),
    );
    return failures.length === 0 ? EXIT.ok : EXIT.failed;
  });
}
