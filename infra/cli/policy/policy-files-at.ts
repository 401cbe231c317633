import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  collectPolicyFiles,
  effectivePolicy,
  parsePolicyFiles,
  readCatalogue,
  readPolicy,
} from "@signalbox/policy/policy-files";
import type { Catalogue, PolicyDocument, PolicyFile, PolicyProblem, PolicyVersion } from "@signalbox/proto";
import { failure } from "../failure.ts";

/** Reads the files at a path. Throws `invalid-request` when there are none. */
export async function policyFilesAt(path: string): Promise<PolicyFile[]> {
  try {
    return await collectPolicyFiles(path);
  } catch (error) {
    const problem = `${path} cannot be read (${(error as Error).message}).`;
    throw failure("invalid-request", problem, "Name a YAML file, or a folder with YAML files.");
  }
}

/** The version that the files make. Throws `unprocessable` with a line for each problem. */
export function versionOf(files: readonly PolicyFile[]): PolicyVersion {
  const parsed = parsePolicyFiles(files);
  if (parsed.kind === "parsed") return parsed.version;
  throw failure("unprocessable", formatProblems(parsed.problems), "Nothing was changed.");
}

export function formatProblems(problems: readonly PolicyProblem[]): string {
  return problems.map(({ file, line, text }) => `${file}:${line}: ${text}`).join("\n");
}

/** The catalogue that a home folder's line decides over, or the named one. */
export async function catalogueAt(file: string | undefined, home: string): Promise<Catalogue> {
  const path = file ?? join(home, "run", "catalogue-document.json");
  if (!existsSync(path)) {
    throw failure(
      "invalid-request",
      `There is no catalogue at ${path}.`,
      "Name one with --catalogue FILE, or a home folder whose line was started once with --home DIR.",
    );
  }
  return readCatalogue(path);
}

/** What a home folder's configuration says beneath a policy, else the defaults. */
export async function effectiveAt(version: PolicyVersion, home: string): Promise<PolicyDocument> {
  const path = join(home, "run", "policy-document.json");
  return effectivePolicy(await readPolicy(existsSync(path) ? path : null), version);
}
