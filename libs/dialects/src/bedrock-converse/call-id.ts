import { createHash } from "node:crypto";
import type { ModelFamily } from "./model-family.ts";

const ID_MAX_CHARS = 64;
const HASH_CHARS = 16;

/** What Mistral's models take for an id. */
const MISTRAL_ID = /^[A-Za-z0-9]{9}$/;

/** An id as the API takes it: the same for the same id, and another for another. `place` stands in for an id that is not there. */
export function callIdOf(id: string, place: string, family: ModelFamily): string {
  const known = id === "" ? `legacy_${place}` : id;
  if (family === "mistral") return MISTRAL_ID.test(known) ? known : hashOf(known).slice(0, 9);
  if (/^[\w.:-]+$/.test(known) && known.length <= ID_MAX_CHARS) return known;
  const head = known.replaceAll(/[^\w.:-]/g, "_").slice(0, ID_MAX_CHARS - HASH_CHARS - 1);
  return `${head}_${hashOf(known).slice(0, HASH_CHARS)}`;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
