import type { PolicyAnswer, PolicyFile } from "@signalbox/proto";
import type { Command } from "commander";
import { does, type Cli, type CommandContext } from "../command-context.ts";
import { EXIT, renderFailure, type ExitCode } from "../failure.ts";
import { policyFilesAt } from "./policy-files-at.ts";
import { operatorName } from "../../process/operator-name.ts";
import { sendPolicyCommand } from "./send-policy-command.ts";
import { watchPolicy } from "./watch-policy.ts";

type ApplyOptions = { watch?: boolean; as?: string };
type Activated = Extract<PolicyAnswer, { kind: "activated" }>;

export function addPolicyApply(policy: Command, cli: Cli): void {
  const apply = policy
    .command("apply")
    .argument("<path>", "a YAML file, or a folder whose YAML files make one policy together")
    .option("--watch", "stay, and apply every change of the files")
    .option("--as <name>", "who does this, for the history (default: user@host)")
    .description("Puts a policy in force on every replica, once its own tests hold. A broken file changes nothing.")
    .addHelpText(
      "after",
      "\nExits with 1 when the policy is refused.\n\nExamples:\n  npm run -s signalbox -- policy apply policies/\n" +
        "  npm run -s signalbox -- policy apply policies/ --watch",
    );
  does<ApplyOptions>(apply, cli, async (context, path = "") => {
    if (context.options.watch === true) return applyChanges(context, path);
    tell(context, await applyFiles(context, await policyFilesAt(path)));
    return EXIT.ok;
  });
}

/** What is refused is told, and the next change is waited for. */
async function applyChanges(context: CommandContext<ApplyOptions>, path: string): Promise<ExitCode> {
  const { terminal, options } = context;
  // A path that is wrong from the start is an error; one that is broken for a moment is not.
  await policyFilesAt(path);
  for await (const files of watchPolicy(path, terminal.stop)) {
    try {
      tell(context, await applyFiles(context, files));
    } catch (error) {
      terminal.err(renderFailure(error, options.json === true));
    }
  }
  return EXIT.ok;
}

function applyFiles({ connect, options }: CommandContext<ApplyOptions>, files: PolicyFile[]): Promise<Activated> {
  const command = { kind: "apply", files, actor: options.as ?? operatorName() } as const;
  return sendPolicyCommand(connect().connection, command, "activated");
}

export function addPolicyRollback(policy: Command, cli: Cli): void {
  const rollback = policy
    .command("rollback")
    .argument("[version]", "the digest of a version or of a document, or its beginning (default: the version before)")
    .option("--as <name>", "who does this, for the history (default: user@host)")
    .description("Puts an earlier version in force again, once its tests hold.")
    .addHelpText(
      "after",
      "\nExamples:\n  npm run -s signalbox -- policy rollback\n  npm run -s signalbox -- policy rollback 3f2a9c11",
    );
  does<{ as?: string }>(rollback, cli, async (context, version) => {
    const command = { kind: "rollback", to: version ?? null, actor: context.options.as ?? operatorName() } as const;
    tell(context, await sendPolicyCommand(context.connect().connection, command, "activated"));
    return EXIT.ok;
  });
}

function tell({ print, terminal }: CommandContext<unknown>, answer: Activated): void {
  for (const warning of answer.warnings) terminal.err(`warning: ${warning}`);
  const { changed, version, document } = answer;
  print(answer, () => {
    return `${changed ? "in force" : "in force already"}: ${document}\nversion: ${version ?? "the configuration alone"}`;
  });
}
