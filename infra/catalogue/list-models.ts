import { z } from "zod";

const LIST_MAX_BYTES = 8 * 1024 * 1024;
const MODELS_MAX = 2_000;

/** The part of an OpenAI model list that matters here. */
const ModelList = z.looseObject({
  data: z.array(z.looseObject({ id: z.string().min(1), owned_by: z.string().nullish() })).max(MODELS_MAX),
});
type ListedModel = { readonly id: string; readonly ownedBy: string | null };

/** Names of models that serve no operation of this line. */
const NOT_SERVED = /(?:^|[-/])clip(?:[-/]|$)/i;

/**
 * Asks a server that speaks the OpenAI dialect which models it serves, in its order.
 * Throws an Error whose message says in a few words what went wrong; it holds no key.
 */
export async function listModels(options: {
  baseUrl: string;
  headers: Readonly<Record<string, string>>;
  timeoutMs: number;
}): Promise<ListedModel[]> {
  const { baseUrl, headers, timeoutMs } = options;
  const response = await fetch(`${baseUrl.replace(/\/+$/, "")}/models`, {
    headers: { accept: "application/json", ...headers },
    // A redirect would carry the key to wherever it points.
    redirect: "error",
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    throw new Error(unreachable(error, timeoutMs), { cause: error });
  });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  const parsed = ModelList.safeParse(parseJson(await readText(response)));
  if (!parsed.success) throw new Error("its answer is no model list");
  return parsed.data.data
    .filter(({ id }) => !NOT_SERVED.test(id))
    .map((model) => ({ id: model.id, ownedBy: model.owned_by ?? null }));
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > LIST_MAX_BYTES) throw new Error(`its list is larger than ${LIST_MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function unreachable(error: unknown, timeoutMs: number): string {
  if (error instanceof DOMException && error.name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? `it cannot be reached (${cause.message})` : "it cannot be reached";
}
