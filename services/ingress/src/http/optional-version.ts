/** The URLs that an SDK appends to its base URL. */
const SDK_PATH =
  /^\/(?:chat\/completions|completions|responses|embeddings|moderations|images|audio|rerank|messages|models)(?=[/?]|$)/;

/** An SDK's base URL works with and without `/v1` at its end: half of the world's examples leave it out. */
export function withVersion(url: string): string {
  return SDK_PATH.test(url) ? `/v1${url}` : url;
}
