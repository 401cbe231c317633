import { hash } from "node:crypto";

/** The name of content: `sha256:` and the lower-case hex SHA-256 of the bytes, or of the text's UTF-8 bytes. */
export function sha256Digest(content: Uint8Array | string): string {
  return `sha256:${hash("sha256", content, "hex")}`;
}
