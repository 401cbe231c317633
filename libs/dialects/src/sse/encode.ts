/** One event whose data is a single line, which JSON always is. */
export function encodeData(data: string): string {
  return `data: ${data}\n\n`;
}

/** An event of any kind; data of several lines becomes several `data` fields, as the standard has it. */
export function encodeEvent(fields: { event?: string; id?: string; data: string }): string {
  const head = (fields.event ? `event: ${fields.event}\n` : "") + (fields.id ? `id: ${fields.id}\n` : "");
  return `${head}data: ${fields.data.split(/\r\n|\r|\n/).join("\ndata: ")}\n\n`;
}

/** A comment, which clients ignore: it keeps a silent connection open. */
export function encodeComment(text: string): string {
  return `: ${text.replaceAll(/[\r\n]/g, " ")}\n\n`;
}
