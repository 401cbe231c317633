import { listModels } from "./list-models.ts";

const PROBE_TIMEOUT_MS = 300;

/** Servers of open models that people run on their own machine, by the port of their default. */
const LOCAL_SERVERS = [
  { provider: "ollama", baseUrl: "http://127.0.0.1:11434/v1", owner: null },
  // Many things listen on 8000: prompts go only to what says that it is vLLM.
  { provider: "vllm", baseUrl: "http://127.0.0.1:8000/v1", owner: "vllm" },
  { provider: "lmstudio", baseUrl: "http://127.0.0.1:1234/v1", owner: null },
] as const;

export type LocalServer = { readonly provider: string; readonly baseUrl: string; readonly models: readonly string[] };

/** Which of Ollama, vLLM and LM Studio listen on this machine, and the models that they serve now. */
export async function findLocalServers(): Promise<LocalServer[]> {
  const found = await Promise.all(LOCAL_SERVERS.map(probe));
  return found.filter((server) => server !== null);
}

async function probe({ provider, baseUrl, owner }: (typeof LOCAL_SERVERS)[number]): Promise<LocalServer | null> {
  try {
    const listed = await listModels({ baseUrl, headers: {}, timeoutMs: PROBE_TIMEOUT_MS });
    const models = listed.filter(({ ownedBy }) => owner === null || ownedBy === owner).map(({ id }) => id);
    return models.length === 0 ? null : { provider, baseUrl, models };
  } catch {
    // Nothing that answers there is the usual case, not a failure.
    return null;
  }
}
