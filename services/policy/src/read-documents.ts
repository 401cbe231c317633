import { readFile } from "node:fs/promises";
import { findProblem } from "@signalbox/decision";
import { ConfigError, parseConfig } from "@signalbox/kit";
import { Catalogue, DEFAULT_POLICY, PolicyDocument } from "@signalbox/proto";

/** The record of a decision names each endpoint of the catalogue by its index; more of them may not fit into a leaf. */
const ENDPOINTS_MAX = 8_000;
const PROBLEMS_SHOWN = 5;

/** Throws ConfigError, which names the file and what is wrong in it. */
export async function readCatalogue(path: string): Promise<Catalogue> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw unreadable(path, error);
  }
  const { data, error } = Catalogue.safeParse(json);
  if (data === undefined) {
    const problems = error.issues.slice(0, PROBLEMS_SHOWN).map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new ConfigError(`${path}: ${problems.join("; ")}`);
  }
  if (data.endpoints.length > ENDPOINTS_MAX) {
    throw new ConfigError(
      `${path}: endpoints: ${data.endpoints.length} of them; at most ${ENDPOINTS_MAX} can be used.`,
    );
  }
  for (const [index, { id }] of data.endpoints.entries()) {
    const next = data.endpoints[index + 1];
    if (next !== undefined && next.id <= id) {
      throw new ConfigError(`${path}: endpoints.${index + 1}: '${next.id}' must come once, and before '${id}'.`);
    }
  }
  return data;
}

/** The policy in force: the file's fields over the defaults. Throws ConfigError, which names the line. */
export async function readPolicy(path: string | null): Promise<PolicyDocument> {
  if (path === null) return DEFAULT_POLICY;
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw unreadable(path, error);
  }
  const policy = PolicyDocument.parse({ ...DEFAULT_POLICY, ...parseConfig(PolicyDocument.partial(), text, path) });
  for (const { name, when } of policy.rules) {
    const problem = findProblem(when);
    if (problem !== null) throw new ConfigError(`${path}: the condition of rule '${name}': ${problem.message}`);
  }
  return policy;
}

function unreadable(path: string, error: unknown): ConfigError {
  return new ConfigError(`${path}: cannot be read (${error instanceof Error ? error.message : String(error)}).`);
}
