import { labelDigests } from "@signalbox/ingress/chat/label-digests";
import { tenantDigest } from "@signalbox/ingress/keys/tenant-digest";
import { Labels, type DecisionEvent } from "@signalbox/proto";
import type { LeafRow } from "./register-rows.ts";

/** What PostgreSQL cannot hold of a text is kept as this, and was signed as it came. */
const REPLACED = "\ufffd";

type LabelCheck =
  | { readonly kind: "same" }
  /** The tenant's key is not there, by which the digests were made. */
  | { readonly kind: "keyless" }
  /** Which of the labels are not what was signed; never what they say. */
  | { readonly kind: "other"; readonly names: readonly string[] };

/** Holds the plain labels beside a decision's request against the digests in its leaf, which `payload` is of. */
export function checkLabels(row: Pick<LeafRow, "labels" | "digest_key">, payload: Uint8Array): LabelCheck {
  const { labels, digest_key: key } = row;
  if (key === null) return { kind: "keyless" };
  const parsed = Labels.safeParse(labels);
  if (!parsed.success) return { kind: "other", names: ["labels"] };
  const { input } = JSON.parse(Buffer.from(payload).toString("utf8")) as Pick<DecisionEvent, "input">;
  const signed = input.facts.labels;
  const said = labelDigests(parsed.data, (text) => tenantDigest(key, text));
  const names = (["user", "metadata", "tags"] as const).filter((name) => {
    const isReplaced = JSON.stringify(parsed.data[name] ?? null).includes(REPLACED);
    return !isReplaced && JSON.stringify(said[name]) !== JSON.stringify(signed[name]);
  });
  return names.length === 0 ? { kind: "same" } : { kind: "other", names };
}
