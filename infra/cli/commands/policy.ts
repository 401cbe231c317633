import type { Command } from "commander";
import { addPolicyApply, addPolicyRollback } from "../policy/apply-commands.ts";
import { addPolicyTest, addPolicyValidate } from "../policy/check-commands.ts";
import { addPolicyDiff } from "../policy/diff-command.ts";
import { addPolicyHistory, addPolicyShow } from "../policy/look-commands.ts";
import type { Cli } from "../command-context.ts";

const ADD_COMMANDS = [
  addPolicyValidate,
  addPolicyTest,
  addPolicyDiff,
  addPolicyApply,
  addPolicyRollback,
  addPolicyHistory,
  addPolicyShow,
];

export function addPolicy(program: Command, cli: Cli): void {
  const policy = program
    .command("policy")
    .description("The rules that decide who may ask what: checked, compared, put in force and taken back.");
  for (const add of ADD_COMMANDS) add(policy, cli);
}
