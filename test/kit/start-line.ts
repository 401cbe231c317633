import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ReadyInfo } from "@signalbox/infra/supervisor/ready-info.ts";
import { inject } from "vitest";

const MAIN = join(import.meta.dirname, "../../infra/main.ts");
const READY_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 30_000;

/** What the register of a new line begins with: the keys of its four producers, and its own. */
export const KEY_LEAVES = 5;

type TestLineOptions = {
  /** The one provider, under the name `upstream`; without it and without `config` the simulator answers. */
  readonly upstream?: { readonly baseUrl: string };
  /** Fields of the operator's file, over what `upstream` makes of it. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** A folder of the test's own; else a fresh one that is removed at the end. */
  readonly home?: string;
  /** Whether PostgreSQL and its schema are made anew, as a user's first start makes them, and not copied from the run's. */
  readonly fromNothing?: boolean;
  /** More words for the command line. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** A line in processes of its own, as `npm start` starts it; disposing of it is a Ctrl-C. */
export type TestLine = AsyncDisposable &
  Omit<ReadyInfo, "pids"> & {
    readonly home: string;
    /** The supervisor's. */
    readonly pid: number;
    /** As they are now: a restarted service has another one. */
    pids(): Readonly<Record<string, number>>;
    /** The same for `postgres` and `nats`. */
    servers(): Readonly<Record<string, number>>;
    /** All that was written to stderr so far. */
    stderr(): string;
    /** Sends SIGINT and resolves with the exit code once the supervisor has ended. */
    stop(): Promise<number | null>;
    /** Calls the HTTP API with the API key, unless `init` brings another. */
    api(path: string, init?: RequestInit): Promise<Response>;
    /** Replays every decision of the register, oldest first. */
    replayAll(): Promise<Replayed[]>;
  };

type Replayed = { readonly id: string; readonly identical: boolean; readonly differences: unknown[] };

/** Models of the upstream: a cheap one and a good one, so that there is something to choose. */
const MODELS = [
  { id: "small", price: { inputUsdPerMillion: 0.1, outputUsdPerMillion: 0.4 }, context: 128_000, quality: 0.5 },
  { id: "large", price: { inputUsdPerMillion: 1, outputUsdPerMillion: 4 }, context: 128_000, quality: 0.8 },
];

export async function startLine(options: TestLineOptions = {}): Promise<TestLine> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), "signalbox-line-"));
  const postgres = join(home, "postgres");
  if (options.fromNothing !== true && !existsSync(postgres))
    cpSync(inject("neighbours").linePostgres, postgres, { recursive: true });
  const child = spawn(process.execPath, [MAIN, ...lineArgs(home, options)], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...plainEnv(), ...options.env },
  });
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const exited = once(child, "exit").then(([code]) => code as number | null);
  const ready = await readyLine(child.stdout!, exited, () => stderr);
  const api = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(ready.baseUrl + path, {
      ...init,
      headers: { authorization: `Bearer ${ready.adminKey}`, ...(init.headers as Record<string, string>) },
    });
  async function stop(): Promise<number | null> {
    child.kill("SIGINT");
    const limit = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
    return exited.finally(() => clearTimeout(limit));
  }
  const { pids: _first, ...info } = ready;
  return {
    ...info,
    home,
    pid: child.pid!,
    pids: () => readRuntime(home).pids,
    servers: () => readRuntime(home).servers,
    stderr: () => stderr,
    stop,
    api,
    replayAll: () => replayAll(api),
    async [Symbol.asyncDispose]() {
      await stop();
      if (options.home === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
}

function readRuntime(home: string): Pick<ReadyInfo, "pids"> & { servers: Record<string, number> } {
  return JSON.parse(readFileSync(join(home, "run/runtime.json"), "utf8")) as ReturnType<typeof readRuntime>;
}

function lineArgs(home: string, { upstream, config, args = [] }: TestLineOptions): string[] {
  const file = join(home, "test-config.json");
  const providers = upstream && { upstream: { baseUrl: upstream.baseUrl, apiKey: "upstream-key", models: MODELS } };
  writeFileSync(file, JSON.stringify({ ...(providers && { providers }), ...config }));
  return ["--home", home, "--port", "0", "--json", "--no-demo", "--config", file, ...args];
}

/** Without the developer's provider keys, and with the run's nats-server, so that a test depends on neither. */
function plainEnv(): Record<string, string> {
  const { natsBinary } = inject("neighbours");
  const { HOME = "", PATH = "", TMPDIR = "" } = process.env;
  return { HOME, PATH: `${dirname(natsBinary)}:${PATH}`, ...(TMPDIR === "" ? {} : { TMPDIR }) };
}

async function readyLine(
  stdout: NodeJS.ReadableStream,
  exited: Promise<number | null>,
  stderr: () => string,
): Promise<ReadyInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<ReadyInfo>();
  const fail = (what: string): void => reject(new Error(`The line ${what}. It said:\n${stderr()}`));
  const limit = setTimeout(fail, READY_LIMIT_MS, "was not ready in time");
  void exited.then((code) => fail(`ended with code ${code}`));
  let text = "";
  stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    if (text.endsWith("\n")) resolve(JSON.parse(text) as ReadyInfo);
  });
  return promise.finally(() => clearTimeout(limit));
}

async function replayAll(api: TestLine["api"]): Promise<Replayed[]> {
  const replayed: Replayed[] = [];
  for (let before = ""; ;) {
    const page = (await (await api(`/v1/decisions?limit=100${before}`)).json()) as {
      data: { decision: { decisionId: string } | null }[];
      next_before?: number | null;
    };
    if (!Array.isArray(page.data)) throw new Error(`not a page: ${JSON.stringify(page)}`);
    for (const { decision } of page.data) {
      if (decision === null) continue;
      const answer = await api(`/v1/decisions/${decision.decisionId}/replay`, { method: "POST" });
      replayed.push({ id: decision.decisionId, ...((await answer.json()) as Omit<Replayed, "id">) });
    }
    if (page.next_before == null) return replayed.toReversed();
    before = `&before=${page.next_before}`;
  }
}
