/** The origin in an absolute-form target, as clients send it to a proxy; every server must accept it (RFC 9112, section 3.2.2). */
const ORIGIN = /^https?:\/\/[^/?#]*/i;
/** A URL as most clients write it, which needs no change. */
const PLAIN = /^\/v1\/(?!v1|openai\/)[a-z_]+(?:\/[\w.@%-]+)*(?:\?|$)/;
/** OpenAI's SDK for Azure names the deployment in the path, and as the model in the body. */
const AZURE_DEPLOYMENT =
  /^\/(?:v1\/)?openai\/deployments\/.+?(?=\/(?:chat\/completions|completions|embeddings|images\/generations|audio\/speech|audio\/transcriptions)$)/;
/** The paths that SDKs append to their base URL. */
const SDK_PATH =
  /^\/(?:chat\/completions|completions|responses|embeddings|moderations|images|audio|rerank|messages|models)(?=[/?]|$)/;
/**
 * The ends of other hosts' base URLs, which their SDKs append or which are left over in a client's settings: of Groq,
 * OpenRouter, Fireworks, DeepInfra, Gemini for OpenAI's SDK, and of hosts that offer Anthropic's API.
 */
const OTHER_BASE =
  /^\/(?:v1\/openai|openai\/v1|api\/v1|inference\/v1|v1beta\/openai|openai|anthropic\/v1|anthropic|v1)(?=\/)/;
/** Gemini's SDK appends its own version, also to a base URL that ends with one. */
const GEMINI_AFTER_VERSION = /^\/(?:v1|v1beta)(?=\/v1beta\/)/;
/** The path of a model at Vertex AI, with a project and without. */
const GEMINI_PUBLISHER = /^\/v1(?:beta1)?\/(?:projects\/[^/]+\/locations\/[^/]+\/)?publishers\/google\/models\//;
const GEMINI_PATH =
  /^\/(v1|v1beta)\/(?!models\/|tunedModels\/)(?=.+:(?:generateContent|streamGenerateContent|countTokens|embedContent|batchEmbedContents)$)/;
/** Cohere's SDK calls version 2 of rerank, whose format is that of version 1. */
const RERANK_V2 = /^(?:\/v1)?\/v2\/rerank$/;

/**
 * Rewrites a URL to the route that serves it. A base URL works with and without `/v1` at its end, with the end that it has
 * at another host, and with doubled or trailing slashes, because examples in circulation have all of these. The Vercel AI
 * SDK and Google's older SDK put a model's name with a slash right after Gemini's version.
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
  // A host's own prefix before the version, or the version written twice.
  return rest.startsWith("/v1/") && SDK_PATH.test(rest.slice(3)) ? rest : path;
}

/** The path without doubled slashes and without one at its end. */
function withoutEmpty(path: string): string {
  const single = path.includes("//") ? path.replaceAll(/\/{2,}/g, "/") : path;
  return single.length > 1 && single.endsWith("/") ? single.slice(0, -1) : single;
}
