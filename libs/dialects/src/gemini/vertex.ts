export type VertexPlace = {
  readonly project: string;
  /** A region, or `global`. */
  readonly location: string;
};

/** The base URL under which Vertex AI has Google's models: with it the paths are the same as those of AI Studio. */
export function vertexBaseUrl({ project, location }: VertexPlace): string {
  const host = location === "global" ? "aiplatform.googleapis.com" : `${location}-aiplatform.googleapis.com`;
  const place = `projects/${encodeURIComponent(project)}/locations/${encodeURIComponent(location)}`;
  return `https://${host}/v1/${place}/publishers/google`;
}

/** OAuth access tokens, which Vertex takes in place of a key, all start so. */
const ACCESS_TOKEN = /^(?:ya29\.|Bearer )/;

/** The headers that carry an API key, or an access token of Google Cloud. */
export function credentials(key: string): Readonly<Record<string, string>> {
  if (!ACCESS_TOKEN.test(key)) return { "x-goog-api-key": key };
  return { authorization: key.startsWith("Bearer ") ? key : `Bearer ${key}` };
}
