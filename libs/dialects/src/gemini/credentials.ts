/** OAuth access tokens, which Vertex takes in place of a key, all start so. */
const ACCESS_TOKEN = /^(?:ya29\.|Bearer )/;

/** The headers that carry an API key, or an access token of Google Cloud. */
export function credentials(key: string): Readonly<Record<string, string>> {
  if (!ACCESS_TOKEN.test(key)) return { "x-goog-api-key": key };
  return { authorization: key.startsWith("Bearer ") ? key : `Bearer ${key}` };
}
