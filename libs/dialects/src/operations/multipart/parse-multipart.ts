import { invalid } from "../../check/invalid.ts";

/** One field of a form, or one file. */
export type FormPart = {
  readonly name: string;
  readonly filename: string | null;
  readonly contentType: string | null;
  readonly body: Buffer;
};

const PARTS_MAX = 1_024;
const HEAD_MAX_BYTES = 8 * 1024;
const CRLF = Buffer.from("\r\n");
const HEAD_END = Buffer.from("\r\n\r\n");

/**
 * Reads a form of several parts (RFC 7578) whose boundary stands in the content type. A part's body is the bytes as they were sent.
 * Throws `invalid-request` for what is no such form.
 */
export function parseMultipart(form: Buffer, contentType: string): FormPart[] {
  const delimiter = Buffer.from(`--${boundaryOf(contentType)}`);
  const partEnd = Buffer.concat([CRLF, delimiter]);
  const parts: FormPart[] = [];
  let at = form.indexOf(delimiter);
  if (at === -1) throw malformed("it holds no boundary");
  for (;;) {
    at += delimiter.length;
    if (form.toString("latin1", at, at + 2) === "--") return parts;
    const from = form.indexOf(CRLF, at);
    // What may stand between a boundary and its line's end is blanks.
    if (from === -1 || form.toString("latin1", at, from).trim() !== "")
      throw malformed("a boundary does not end its line");
    const end = form.indexOf(partEnd, from);
    if (end === -1) throw malformed("its last part does not end");
    if (parts.length === PARTS_MAX) throw malformed(`it holds more than ${PARTS_MAX} parts`);
    parts.push(parsePart(form.subarray(from, end)));
    at = end + CRLF.length;
  }
}

/** `part` begins with the line break that ends its boundary, so that a part without a head has an empty one. */
function parsePart(part: Buffer): FormPart {
  const headEnd = part.indexOf(HEAD_END);
  if (headEnd === -1 || headEnd > HEAD_MAX_BYTES) throw malformed("the head of a part does not end");
  const head = part.toString("utf8", CRLF.length, Math.max(CRLF.length, headEnd));
  const disposition = /^content-disposition:\s*form-data(?<rest>.*)$/im.exec(head)?.groups?.["rest"] ?? "";
  const name = parameter(disposition, "name");
  if (name === null) throw malformed("a part has no name");
  return {
    name,
    filename: parameter(disposition, "filename"),
    contentType: /^content-type:[ \t]*(?<type>[^\r\n]+)/im.exec(head)?.groups?.["type"]?.trim() ?? null,
    body: part.subarray(headEnd + HEAD_END.length),
  };
}

/** Browsers and SDKs quote the values, with `%22` for a quotation mark; a bare token is taken too. */
function parameter(disposition: string, name: string): string | null {
  const found = new RegExp(`;\\s*${name}=(?:"(?<quoted>[^"\\r\\n]*)"|(?<bare>[^;\\s"]+))`, "i").exec(disposition);
  return found?.groups?.["quoted"] ?? found?.groups?.["bare"] ?? null;
}

function boundaryOf(contentType: string): string {
  const found =
    /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"(?<quoted>[^"]{1,200})"|(?<bare>[^;\s"]{1,200}))/i.exec(
      contentType,
    );
  const boundary = found?.groups?.["quoted"] ?? found?.groups?.["bare"];
  if (boundary === undefined) throw malformed("its content type names no boundary");
  return boundary;
}

function malformed(problem: string): Error {
  return invalid("body", `The request's body is not a valid form: ${problem}.`);
}
