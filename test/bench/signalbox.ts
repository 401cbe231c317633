import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { WireName } from "@signalbox/proto";
import { endChild } from "./child-process.ts";
import { switchOn, withFeatures, type Feature } from "./features.ts";
import type { Target, TargetName } from "./target.ts";

const ROOT = join(import.meta.dirname, "../..");
const READY_LIMIT_MS = 120_000;

const MODELS = [
  {
    id: "mock-small",
    price: { inputUsdPerMillion: 0.25, outputUsdPerMillion: 1 },
    context: 128_000,
    quality: 0.6,
  },
  {
    id: "mock-large",
    price: { inputUsdPerMillion: 2.5, outputUsdPerMillion: 10 },
    context: 128_000,
    quality: 0.8,
  },
];

/** The mock as a provider with two models, so that policy has a choice to make. Any YAML reader takes JSON. */
function configFor(mock: Target, { features = [], provider = {} }: SignalboxOptions): string {
  return JSON.stringify({
    ...withFeatures(features),
    providers: {
      mock: {
        dialect: "openai-chat",
        baseUrl: `${mock.baseUrl}/v1`,
        apiKey: "none",
        models: MODELS,
        ...provider,
      },
    },
  });
}

type SignalboxOptions = {
  /** Reaches every process of it. */
  readonly nodeOptions?: string | undefined;
  /** The checkout that it is started from; this one unless given. */
  readonly root?: string | undefined;
  readonly name?: TargetName;
  readonly features?: readonly Feature[];
  /** How the mock is spoken to, where that is not Chat Completions. */
  readonly provider?: { readonly dialect?: WireName; readonly baseUrl?: string };
};

/** The whole line, started as its user starts it. */
export async function startSignalbox(mock: Target, options: SignalboxOptions = {}): Promise<Target> {
  const { nodeOptions, root = ROOT, name = "signalbox", features = [] } = options;
  const home = await mkdtemp(join(tmpdir(), "signalbox-bench-"));
  const configFile = join(home, "bench.yaml");
  await writeFile(configFile, configFor(mock, options));
  const args = ["infra/main.ts", "--home", home, "--port", "0", "--config", configFile, "--json", "--no-demo"];
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: nodeOptions === undefined ? process.env : { ...process.env, NODE_OPTIONS: nodeOptions },
  });
  async function stop(): Promise<void> {
    await endChild(child, "SIGINT");
    await rm(home, { recursive: true, force: true });
  }
  try {
    const { baseUrl, apiKey, adminKey } = await readyLine(child);
    await switchOn(features, { baseUrl, adminKey });
    return {
      name,
      // The line may name the base URL that SDKs are given, which holds the version.
      baseUrl: baseUrl.replace(/\/v1\/?$/, ""),
      headers: { authorization: `Bearer ${apiKey}` },
      pid: child.pid!,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Ready = { baseUrl: string; apiKey: string; adminKey: string };

async function readyLine(child: ChildProcess): Promise<Ready> {
  const words: string[] = [];
  createInterface(child.stderr!).on("line", (line) => {
    words.push(line);
    if (words.length > 20) words.shift();
  });
  const { promise, resolve, reject } = Promise.withResolvers<Ready>();
  const fail = (what: string): void => {
    reject(new Error(`Signalbox ${what}. Its last words:\n${words.join("\n")}`));
  };
  const limit = setTimeout(fail, READY_LIMIT_MS, "was not ready in time");
  child.once("exit", (code) => {
    fail(`ended with code ${String(code)}`);
  });
  createInterface(child.stdout!).once("line", (line) => {
    resolve(JSON.parse(line) as Ready);
  });
  return promise.finally(() => {
    clearTimeout(limit);
  });
}
