import type { JsonObject } from "../neutral/source.ts";
import { encodeData } from "../sse/encode.ts";

const NAME = /^[\w.-]{1,64}$/;

/** An event of a caller's stream, which SDKs know by its name. A name that would break the frame is left out. */
export function frameOf(type: string, body: JsonObject): string {
  const data = encodeData(JSON.stringify(body));
  return NAME.test(type) ? `event: ${type}\n${data}` : data;
}
