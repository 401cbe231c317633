import { eachJsonString } from "./json-strings.ts";

/** A string that somebody wrote, and its number among all strings of the JSON text. */
type TextField = { readonly field: number; readonly value: string };

/** Members whose strings are words of an API's protocol; scanning them as prose finds nothing but false alarms. */
const PROTOCOL = new Set(
  `role type model id object status format effort detail mime_type media_type mimeType tool_call_id call_id tool_use_id
  service_tier encoding_format signature encrypted_content`.split(/\s+/),
);

/** The strings of a JSON text that somebody wrote: no names of members, and no words of the protocol. */
export function textFields(json: string): TextField[] {
  const fields: TextField[] = [];
  let field = 0;
  let member = "";
  for (const { to, value } of eachJsonString(json)) {
    if (isName(json, to + 1)) member = value;
    else if (!PROTOCOL.has(member)) fields.push({ field, value });
    field += 1;
  }
  return fields;
}

/** Whether a colon follows the closing quote. */
function isName(json: string, from: number): boolean {
  for (let at = from; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === 58) return true;
    if (code !== 32 && code !== 9 && code !== 10 && code !== 13) return false;
  }
  return false;
}
