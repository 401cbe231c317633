const ANSWER_MAX_BYTES = 1_048_576;

/** Where a guardrail of somebody else listens. */
export type Remote = { readonly url: string; readonly headers: Readonly<Record<string, string>> };

/**
 * Posts JSON and reads the JSON that is answered. Rejects when there is none in time; no message holds what was sent.
 */
export async function postJson(remote: Remote, body: unknown, signal: AbortSignal): Promise<unknown> {
  const answer = await fetch(remote.url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", ...remote.headers },
    body: JSON.stringify(body),
    // A redirect would carry the text, and the key, to wherever it points.
    redirect: "error",
    signal,
  });
  if (answer.status !== 200) {
    await answer.body?.cancel();
    throw new Error(`it answered ${answer.status}`);
  }
  return JSON.parse(await boundedText(answer)) as unknown;
}

async function boundedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_MAX_BYTES) throw new Error(`its answer is larger than ${ANSWER_MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
