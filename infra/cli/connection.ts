import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { failure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

/** What `npm start` writes beside its state, as far as the command line reads it. */
const RuntimeFile = z.looseObject({
  baseUrl: z.string(),
  grpc: z.looseObject({ ledger: z.string().optional() }).optional(),
  registerUrl: z.string().optional(),
  metricsUrls: z.record(z.string(), z.string()).optional(),
  natsUrl: z.string().optional(),
  databaseUrl: z.string().optional(),
  pids: z.record(z.string(), z.int()).optional(),
});
export type RuntimeFile = z.infer<typeof RuntimeFile>;

const CredentialsFile = z.looseObject({
  apiKey: z.string().optional(),
  adminKey: z.string().optional(),
  baseUrl: z.string().optional(),
});
type CredentialsFile = z.infer<typeof CredentialsFile>;

export type GlobalOptions = { home: string; url?: string; key?: string; json?: boolean };

/** Which line a command talks to, and as whom. */
export type Connection = {
  readonly home: string;
  readonly baseUrl: string;
  readonly key: string;
  readonly runtime: RuntimeFile | null;
};

/**
 * An option beats the environment, which beats the home folder. Of the two keys in the home folder the admin's is taken.
 * SIGNALBOX_KEY comes last: programs that ask models have it, and its key may do less than commands need.
 * Throws `invalid-request` with what to do when no address or no key is found.
 */
export function resolveConnection(options: GlobalOptions, env: Terminal["env"]): Connection {
  const home = resolve(options.home);
  const runtime = readRuntime(home);
  const credentials = readCredentials(home);
  const baseUrl = options.url ?? env["SIGNALBOX_URL"] ?? runtime?.baseUrl ?? credentials?.baseUrl;
  if (baseUrl === undefined) {
    throw failure(
      "invalid-request",
      `No address: ${join(home, "run", "runtime.json")} is not there.`,
      "Start Signalbox with `npm start`, or name the line with --home DIR, --url URL or SIGNALBOX_URL.",
    );
  }
  if (!URL.canParse(baseUrl)) {
    throw failure("invalid-request", `${baseUrl} is not a URL.`, "Write it like http://127.0.0.1:8790.");
  }
  const key =
    options.key ?? env["SIGNALBOX_ADMIN_KEY"] ?? credentials?.adminKey ?? credentials?.apiKey ?? env["SIGNALBOX_KEY"];
  if (key === undefined) {
    throw failure(
      "invalid-request",
      `No key: ${join(home, "credentials")} is not there.`,
      "Give one with --key or SIGNALBOX_ADMIN_KEY, or name the home folder with --home DIR.",
    );
  }
  return { home, baseUrl: baseUrl.replace(/\/+$/, ""), key, runtime };
}

/** The running line's addresses; null when the file is missing or not one. */
export function readRuntime(home: string): RuntimeFile | null {
  return readJson(join(home, "run", "runtime.json"), RuntimeFile);
}

function readCredentials(home: string): CredentialsFile | null {
  return readJson(join(home, "credentials"), CredentialsFile);
}

function readJson<S extends z.ZodType>(file: string, schema: S): z.infer<S> | null {
  try {
    return schema.safeParse(JSON.parse(readFileSync(file, "utf8"))).data ?? null;
  } catch {
    return null;
  }
}
