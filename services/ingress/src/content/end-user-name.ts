import { storableText } from "@signalbox/kit/storable-text";

/** An end user's name as PostgreSQL holds it; of nobody it is empty. */
export function endUserName(user: string | null | undefined): string {
  return storableText(user ?? "");
}
