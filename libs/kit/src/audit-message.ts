import { Labels } from "@signalbox/proto";

/** One event on its way to the ledger: the exact signed bytes, and the erasable plain labels beside them. */
export type AuditItem = { readonly envelope: Uint8Array; readonly labels: Labels | null };

const NEWLINE = 0x0a;

/**
 * An AUDIT message: two lines an event, the envelope's bytes and then its labels as JSON or an empty line.
 * An envelope is compact JSON, so it holds no newline, and its bytes travel as they were signed.
 */
export function encodeAuditMessage(items: readonly AuditItem[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { envelope, labels } of items) {
    parts.push(envelope, Buffer.from(labels === null ? "\n\n" : `\n${JSON.stringify(labels)}\n`));
  }
  return Buffer.concat(parts);
}

/** Reads what `encodeAuditMessage` wrote; labels that do not fit their contract are dropped, the event never is. */
export function decodeAuditMessage(data: Uint8Array): AuditItem[] {
  const items: AuditItem[] = [];
  // A Buffer is searched several times as fast as another array of bytes.
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  while (at < data.length) {
    const envelopeEnd = endOfLine(bytes, at);
    const labelsEnd = endOfLine(bytes, envelopeEnd + 1);
    items.push({
      envelope: data.subarray(at, envelopeEnd),
      labels: decodeLabels(data.subarray(envelopeEnd + 1, labelsEnd)),
    });
    at = labelsEnd + 1;
  }
  return items;
}

function endOfLine(data: Buffer, from: number): number {
  const at = data.indexOf(NEWLINE, from);
  return at === -1 ? data.length : at;
}

function decodeLabels(line: Uint8Array): Labels | null {
  if (line.length === 0) return null;
  try {
    return Labels.safeParse(JSON.parse(Buffer.from(line).toString("utf8"))).data ?? null;
  } catch {
    return null;
  }
}
