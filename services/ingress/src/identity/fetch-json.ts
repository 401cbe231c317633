const BODY_MAX_BYTES = 512 * 1024;

/** A JSON document of an issuer. Rejects for anything else: another status, a redirection, too much, too late. */
export async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
  // Where the keys are is configured, or said by who is; nobody else may send the line elsewhere.
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
