import { createHash } from "node:crypto";

/** What Mistral takes as the id of a call: it answers any other with a 400 (`invalid_function_call`). */
const FORM = /^[A-Za-z0-9]{9}$/;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const ID_CHARS = 9;

/** An id in Mistral's form: the same for the same id, so that calls and results still belong together; `place` stands for calls without one. */
export function mistralCallId(id: string, place: string): string {
  if (FORM.test(id)) return id;
  const digest = createHash("sha256")
    .update(id === "" ? `place:${place}` : `id:${id}`)
    .digest();
  let text = "";
  for (const byte of digest.subarray(0, ID_CHARS)) text += LETTERS[byte % LETTERS.length] ?? "";
  return text;
}
