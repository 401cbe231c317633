import { failure } from "../failure.ts";
import type { SourceOptions } from "./verify-source.ts";

/** What can be verified, and what can be asked of it. */
const TAKES = {
  "the running line": ["vkey"],
  "a folder": ["policy", "vkey", "since", "producers", "hashesOnly", "replay"],
  "a URL": ["policy", "vkey", "since", "producers", "tokenFile", "hashesOnly", "replay"],
  "a .tlog-proof file": ["policy", "vkey", "producers", "entry"],
} as const satisfies Record<string, readonly (keyof SourceOptions)[]>;

const ALL: readonly (keyof SourceOptions)[] = [...new Set([...TAKES["a URL"], ...TAKES["a .tlog-proof file"]])];

/**
 * Throws when something is asked that would not be looked at: who asks for a check must not believe that it was made.
 */
export function refuseOptions(source: keyof typeof TAKES, options: SourceOptions): void {
  const takes: readonly string[] = TAKES[source];
  const wrong = ALL.find((name) => options[name] !== undefined && !takes.includes(name));
  if (wrong === undefined) return;
  const [flag, ...others] = [wrong, ...takes].map((name) => `--${name.replaceAll(/[A-Z]/g, "-$&").toLowerCase()}`);
  throw failure("invalid-request", `${flag} is not for ${source}.`, `It takes ${others.join(", ")}.`);
}
