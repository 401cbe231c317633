import { SignalboxError } from "@signalbox/proto";
import { parseTilePath } from "@signalbox/tlog";
import type { LogFiles } from "./log-files.ts";

/** C2SP tlog-tiles: checkpoints must not be cached beyond a few seconds, tiles may be for ever. */
const BRIEF = "public, max-age=1";
const FOR_EVER = "public, max-age=31536000, immutable";
/** Entries are shown to auditors alone, so no shared cache may keep them. */
const FOR_EVER_PRIVATE = "private, max-age=31536000, immutable";

const TEXT = "text/plain; charset=utf-8";
const BYTES = "application/octet-stream";

type FileResponse = {
  readonly body: Buffer | string;
  readonly contentType: string;
  readonly cacheControl: string;
  /** Whom it is shown to. */
  readonly readers: "everyone" | "auditors";
  /** Whether compression is worth its time: hashes have nothing to compress. */
  readonly isCompressible: boolean;
};

type FileRequest = {
  /** Below the log's prefix, without the leading slash. */
  readonly path: string;
  /** Throws unless the caller may see entries of all tenants. */
  readonly requireAuditor: () => void;
};

/** What stands at a path of the log. Throws `not-found`, and whatever `requireAuditor` throws for entries. */
export async function fileResponse(files: LogFiles, { path, requireAuditor }: FileRequest): Promise<FileResponse> {
  if (path === "checkpoint") {
    const checkpoint = await files.checkpoint();
    if (checkpoint === null) throw new SignalboxError("not-found", "No checkpoint has been signed yet.");
    return text(checkpoint.note);
  }
  if (path === "vkeys") return text(await files.vkeys());
  if (path === "witness-policy" && files.witnessPolicy !== null) return text(files.witnessPolicy);
  const digest = /^documents\/sha256\/([0-9a-f]{64})$/.exec(path)?.[1];
  if (digest !== undefined) {
    requireAuditor();
    const { body, mediaType } = await files.document(`sha256:${digest}`);
    return {
      body,
      contentType: mediaType,
      cacheControl: FOR_EVER_PRIVATE,
      readers: "auditors",
      isCompressible: true,
    };
  }
  const tile = parseTilePath(path);
  if (tile?.kind === "entries") requireAuditor();
  const body = tile === null ? null : await files.tile(tile);
  if (tile === null || body === null) throw new SignalboxError("not-found", "The log has no such file.");
  return tile.kind === "entries"
    ? { body, contentType: BYTES, cacheControl: FOR_EVER_PRIVATE, readers: "auditors", isCompressible: true }
    : { body, contentType: BYTES, cacheControl: FOR_EVER, readers: "everyone", isCompressible: false };
}

/** What changes as the log grows. */
function text(body: string | Buffer): FileResponse {
  return { body, contentType: TEXT, cacheControl: BRIEF, readers: "everyone", isCompressible: false };
}
