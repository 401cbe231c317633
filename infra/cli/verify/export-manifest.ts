import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { failure } from "../failure.ts";

/** Stands beside the files of an exported copy. */
export const MANIFEST_PATH = "export.json";

/** Which entries a copy holds. It is not signed: it says what is looked at, never what is true. */
export const ExportManifest = z.strictObject({
  schema: z.literal("signalbox.export.v1"),
  origin: z.string(),
  /** The leaves of the checkpoint. */
  size: z.int().min(0),
  /** Entries [from, to) are in the copy. */
  from: z.int().min(0),
  to: z.int().min(0),
});
export type ExportManifest = z.infer<typeof ExportManifest>;

/** What an exported copy says of itself; null for a whole log, which has no manifest. */
export function readManifest(folder: string): ExportManifest | null {
  const file = join(folder, MANIFEST_PATH);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return null;
  }
  try {
    return ExportManifest.parse(JSON.parse(text));
  } catch {
    throw failure(
      "invalid-request",
      `${file} is not an export's manifest.`,
      "Without it the folder is read as a whole log.",
    );
  }
}
