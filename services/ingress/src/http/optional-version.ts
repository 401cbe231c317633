/** What stands before the path where a client takes this server for its proxy: servers have to take that (RFC 9112, section 3.2.2). */
const ORIGIN = /^https?:\/\/[^/?#]*/i;
/** A URL as most clients write it: nothing is to be done. */
const PLAIN = /^\/v1\/(?!v1|openai\/)[a-z_]+(?:\/[\w.@%-]+)*(?:\?|$)/;
/** OpenAI's SDK for Azure names the deployment before what it asks for, and as the model in the body. */
const AZURE_DEPLOYMENT =
  /^\/(?:v1\/)?openai\/deployments\/.+?(?=\/(?:chat\/completions|completions|embeddings|images\/generations|audio\/speech|audio\/transcriptions)$)/;
/** What an SDK appends to its base URL. */
const SDK_PATH =
  /^\/(?:chat\/completions|completions|responses|embeddings|moderations|images|audio|rerank|messages|models)(?=[/?]|$)/;
/**
 * The ends of other hosts' base URLs, which their own SDKs append by themselves or which stay behind in a client's settings:
 * Groq's, OpenRouter's, Fireworks', DeepInfra's, Gemini's for OpenAI's SDK, and those under which hosts offer Anthropic's API.
 */
const OTHER_BASE =
  /^\/(?:v1\/openai|openai\/v1|api\/v1|inference\/v1|v1beta\/openai|openai|anthropic\/v1|anthropic|v1)(?=\/)/;
/** Gemini's SDK appends its own version, also to a base URL that ends with one. */
const GEMINI_AFTER_VERSION = /^\/(?:v1|v1beta)(?=\/v1beta\/)/;
/** A model's place in Google's cloud, with a project and without. */
const GEMINI_PUBLISHER = /^\/v1(?:beta1)?\/(?:projects\/[^/]+\/locations\/[^/]+\/)?publishers\/google\/models\//;
const GEMINI_PATH =
  /^\/(v1|v1beta)\/(?!models\/|tunedModels\/)(?=.+:(?:generateContent|streamGenerateContent|countTokens|embedContent|batchEmbedContents)$)/;
/** Cohere's SDK asks for its second version, whose form is that of the first. */
const RERANK_V2 = /^(?:\/v1)?\/v2\/rerank$/;

/**
 * A URL as this server has it. An SDK's base URL works with and without `/v1` at its end, with the end that it has at another host, and
 * with a slash too many: half of the world's examples write it so. The Vercel AI SDK takes a model's name with a slash for all of the
 * path behind Gemini's version, as Google's older SDK does.
 */
export function withVersion(url: string): string {
  if (PLAIN.test(url)) return url;
  const target = url.replace(ORIGIN, "");
  const queryAt = target.indexOf("?");
  const path = queryAt === -1 ? target : target.slice(0, queryAt);
  return servedPath(path) + (queryAt === -1 ? "" : target.slice(queryAt));
}

function servedPath(written: string): string {
  const path = withoutEmpty(written)
    .replace(GEMINI_AFTER_VERSION, "")
    .replace(GEMINI_PUBLISHER, "/v1beta/models/")
    .replace(GEMINI_PATH, "/$1/models/")
    .replace(AZURE_DEPLOYMENT, "");
  if (SDK_PATH.test(path)) return `/v1${path}`;
  if (RERANK_V2.test(path)) return "/v1/rerank";
  const rest = path.replace(OTHER_BASE, "");
  if (rest === path) return path;
  if (SDK_PATH.test(rest)) return `/v1${rest}`;
  // What stands before the version of its own, and a version that is written twice.
  return rest.startsWith("/v1/") && SDK_PATH.test(rest.slice(3)) ? rest : path;
}

/** Slashes at the end, and several in a row. */
function withoutEmpty(path: string): string {
  const single = path.includes("//") ? path.replaceAll(/\/{2,}/g, "/") : path;
  return single.length > 1 && single.endsWith("/") ? single.slice(0, -1) : single;
}
