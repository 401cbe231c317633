import { TILE_WIDTH, type EntryRange, type Fault, type ReadPath, type SoundLog } from "@signalbox/tlog";
import { z } from "zod";
import { failure } from "../failure.ts";

/** Stands beside the files of an exported copy. */
export const MANIFEST_PATH = "export.json";

/** Which entries a copy holds. It is not signed: it says what is looked at, never what is true. */
export const ExportManifest = z
  .strictObject({
    schema: z.literal("signalbox.export.v1"),
    origin: z.string(),
    /** The leaves of the checkpoint. */
    size: z.int().min(0),
    /** Entries [from, to) are in the copy. */
    from: z.int().min(0),
    to: z.int().min(0),
  })
  .refine(({ size, from, to }) => from <= to && to <= size);
export type ExportManifest = z.infer<typeof ExportManifest>;

/** What an exported copy says of itself; null for a whole log, which has no manifest. */
export async function readManifest(read: ReadPath): Promise<ExportManifest | null> {
  const bytes = await read(MANIFEST_PATH);
  if (bytes === null) return null;
  try {
    return ExportManifest.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch {
    throw failure(
      "invalid-request",
      `${MANIFEST_PATH} is not an export's manifest.`,
      "Without it the folder is read as a whole log.",
    );
  }
}

/** Where the copy's manifest speaks of another tree than its checkpoint does, or of other entries than are there. */
export function manifestFault(manifest: ExportManifest | null, { origin, size, ranges }: SoundLog): Fault | null {
  if (manifest === null) return null;
  if (manifest.origin !== origin || manifest.size !== size) {
    return contradicted(`${manifest.size} leaves of ${manifest.origin}`, `the checkpoint of ${size} of ${origin}`);
  }
  const [asked, there] = [bundlesOf(manifest), ranges].map(describeRanges);
  return asked === there ? null : contradicted(`entries ${asked}`, `there are ${there}`);
}

function contradicted(said: string, is: string): Fault {
  return { kind: "unverifiable", index: null, reason: `${MANIFEST_PATH} speaks of ${said}, and ${is}` };
}

/** An exported range is widened to whole bundles. */
function bundlesOf({ from, to, size }: ExportManifest): EntryRange[] {
  const first = Math.floor(from / TILE_WIDTH) * TILE_WIDTH;
  const end = Math.min(Math.ceil(to / TILE_WIDTH) * TILE_WIDTH, size);
  return from < size && first < end ? [{ from: first, to: end }] : [];
}

/** Entries as their indexes, the last of a range not among them. */
export function describeRanges(ranges: readonly EntryRange[]): string {
  return ranges.map(({ from, to }) => `${from} to ${to}`).join(", ") || "none";
}
