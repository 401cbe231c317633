import { isObject } from "../check/check-value.ts";
import { COLLECT_MAX_CHARS } from "../neutral/collect-limit.ts";
import type { AudioPart } from "../neutral/part.ts";

/** What has come of the sound that an answer speaks, which streams in pieces. */
export type AudioPieces = {
  /** Pieces of base64, each of them whole by itself, with commas between. */
  readonly data: string;
  readonly transcript: string;
};

/** After the `audio` of one delta more. Sound that is too large to be put together is cut. */
export function withAudio(before: AudioPieces | undefined, value: unknown): AudioPieces | undefined {
  if (!isObject(value)) return before;
  const { data: piece, transcript: words } = value;
  const { data, transcript } = before ?? NO_AUDIO;
  const bytes = typeof piece === "string" && data.length + piece.length < COLLECT_MAX_CHARS ? piece : "";
  const said = typeof words === "string" && transcript.length + words.length <= COLLECT_MAX_CHARS ? words : "";
  return { data: bytes === "" ? data : `${data},${bytes}`, transcript: transcript + said };
}

const NO_AUDIO: AudioPieces = { data: "", transcript: "" };

/** The whole sound; null where none came. Only 16-bit PCM is streamed (https://platform.openai.com/docs/guides/audio). */
export function wholeAudio({ data, transcript }: AudioPieces): AudioPart | null {
  if (data === "") return null;
  // Each piece has a padding of its own.
  const bytes = Buffer.concat(data.split(",").map((piece) => Buffer.from(piece, "base64")));
  const spoken = transcript === "" ? {} : { transcript };
  return { kind: "audio", source: { kind: "base64", mime: "audio/pcm", data: bytes.toString("base64") }, ...spoken };
}
