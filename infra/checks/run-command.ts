import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";

export const ROOT = join(import.meta.dirname, "..", "..");
const BIN = join(ROOT, "node_modules", ".bin");

type CommandResult = { readonly code: number; readonly output: string };

/**
 * Runs a tool of the workspace, in the root folder unless another is named. Its output is shown as it comes when `show` is set, and returned
 * otherwise. An IPC channel of the parent is not handed on.
 */
export function runCommand(
  command: readonly string[],
  { show, cwd = ROOT }: { show: boolean; cwd?: string },
): Promise<CommandResult> {
  const [name = "", ...args] = command;
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: `${BIN}${delimiter}${process.env["PATH"] ?? ""}` };
  delete env["NODE_CHANNEL_FD"];
  const child = spawn(name, args, {
    cwd,
    env,
    stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on("SIGTERM", forward).on("SIGINT", forward);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      process.off("SIGTERM", forward).off("SIGINT", forward);
      resolve({ code: code ?? 1, output });
    });
  });
}
