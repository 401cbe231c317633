const BODY_MAX_BYTES = 512 * 1024;

/** Fetches a JSON document of an issuer. Rejects on another status, a redirect, too many bytes, or when `signal` aborts. */
export async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
  // Redirects are refused: only the configuration and the issuer's own document may say where the keys are.
  const response = await fetch(url, { signal, redirect: "error", headers: { accept: "application/json" } });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`${url} answered with ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > BODY_MAX_BYTES) throw new Error(`${url} answered with more than ${BODY_MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}
