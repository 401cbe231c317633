import { hash } from "node:crypto";
import type { FormPart } from "./parse-multipart.ts";

/** A form as the bytes that carry it and the content type that names its boundary. The same parts make the same bytes. */
export function renderMultipart(parts: readonly FormPart[]): { body: Buffer; contentType: string } {
  const boundary = boundaryFor(parts);
  const pieces = parts.flatMap((part) => [Buffer.from(headOf(part, boundary)), part.body, Buffer.from("\r\n")]);
  return {
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}

function headOf({ name, filename, contentType }: FormPart, boundary: string): string {
  const file = filename === null ? "" : `; filename="${quoted(filename)}"`;
  const type = contentType === null ? "" : `Content-Type: ${contentType}\r\n`;
  return `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"${file}\r\n${type}\r\n`;
}

function quoted(value: string): string {
  return value.replaceAll(/["\r\n]/g, encodeURIComponent);
}

/** A boundary may stand nowhere in what it parts: it is made of the contents, and of a count until none holds it. */
function boundaryFor(parts: readonly FormPart[]): string {
  const digest = hash("sha256", Buffer.concat(parts.map(({ body }) => body)), "hex").slice(0, 32);
  for (let count = 0; ; count += 1) {
    const boundary = `signalbox-${digest}-${count}`;
    if (!parts.some(({ body }) => body.includes(boundary))) return boundary;
  }
}
