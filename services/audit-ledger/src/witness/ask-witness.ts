import { formatAddCheckpoint, parseNote, verifyNote, type AddCheckpoint, type NoteVerifier } from "@signalbox/tlog";

/** Some signature lines; a witness that sends more is not read. */
const ANSWER_MAX_BYTES = 64 * 1024;

type WitnessAnswer =
  /** The witness's own signature line, which holds. */
  | { readonly kind: "cosigned"; readonly line: string }
  /** It has cosigned another size than the one that the proof begins at. */
  | { readonly kind: "conflict"; readonly size: number }
  /** It was reached and does not cosign. */
  | { readonly kind: "refused"; readonly status: number; readonly reason: string };

type AskOptions = {
  /** The witness's submission prefix. */
  readonly url: string;
  readonly verifier: NoteVerifier;
  readonly request: AddCheckpoint;
  readonly signal: AbortSignal;
};

/** `POST <prefix>/add-checkpoint` (C2SP tlog-witness). Rejects when the witness cannot be reached in time. */
export async function askWitness({ url, verifier, request, signal }: AskOptions): Promise<WitnessAnswer> {
  const response = await fetch(`${url.replace(/\/+$/, "")}/add-checkpoint`, {
    method: "POST",
    headers: { "content-type": "text/plain; charset=utf-8" },
    body: formatAddCheckpoint(request),
    redirect: "error",
    signal,
  });
  const body = await readText(response);
  if (response.status === 200) {
    const line = cosignatureIn(body, request.checkpoint, verifier);
    return line === null
      ? { kind: "refused", status: 200, reason: "its cosignature does not hold" }
      : { kind: "cosigned", line };
  }
  const size = /^(0|[1-9][0-9]{0,15})\n$/.exec(body)?.[1];
  if (response.status === 409 && size !== undefined) return { kind: "conflict", size: Number(size) };
  return { kind: "refused", status: response.status, reason: body.slice(0, 200).trim() };
}

/** Lines of other keys are ignored, as the protocol asks. */
function cosignatureIn(body: string, checkpoint: string, verifier: NoteVerifier): string | null {
  const note = parseNote(checkpoint);
  if (!note.ok) return null;
  const lines = body.split("\n").filter((line) => line !== "");
  const own = lines.find((line) => verifyNote(`${note.text}\n${line}\n`, [verifier]).ok);
  return own === undefined ? null : `${own}\n`;
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > ANSWER_MAX_BYTES) throw new Error("the witness's answer is too long");
  }
  return text;
}
