import { EVENT_IDS_MAX, type DecisionReceipt, type SoundLog } from "@signalbox/tlog";
import { describeRanges, MANIFEST_PATH, type ExportManifest } from "./export-manifest.ts";

/** What a sound log, or the files beside it, say, and nothing has checked. */
export function uncheckedOfLog(
  { size, entries, ours, ranges, keys }: SoundLog,
  { manifest, isHashesOnly }: { readonly manifest: ExportManifest | null; readonly isHashesOnly: boolean },
): string[] {
  const found: [isSo: boolean, what: string][] = [
    [
      entries < size,
      `${size - entries} entries that are not here, but for their hashes: ${describeRanges(ranges)} are`,
    ],
    [isHashesOnly, "what entries say of themselves"],
    [ours > 0 && ours < entries, `${entries - ours} entries that are none of Signalbox's, but for their hashes`],
    [manifest !== null, `${MANIFEST_PATH}: that entries ${manifest?.from} to ${manifest?.to} were asked for`],
  ];
  const lines = keys?.unproven.map((line) => `vkeys: ${line}`) ?? [];
  return [...found.flatMap(([isSo, what]) => (isSo ? [what] : [])), ...uncheckedOfIds(ours), ...lines];
}

/** What a log with so many leaves of ours may hold that `EntryChecker` does not remember for long enough to find. */
export function uncheckedOfIds(leaves: number): string[] {
  return leaves > EVENT_IDS_MAX ? [`whether an event stands twice, more than ${EVENT_IDS_MAX} leaves apart`] : [];
}

/** The same of a receipt, which holds two entries of a log and no others. */
export function uncheckedOfReceipt({ documents }: DecisionReceipt, isOwnProducers: boolean): string[] {
  const described = documents.filter(({ mediaType }) => mediaType !== null);
  return [
    "whether a key was retired before: other entries say that",
    ...(isOwnProducers ? ["whose the producers' keys are: the receipt itself names them (--producers)"] : []),
    ...(described.length === 0 ? [] : ["the documents' media types and sizes: they are not in the receipt"]),
  ];
}
