import { readJson } from "./exact-json.ts";

/** The value of a JSON text; undefined when it is none, such as the HTML of a proxy, of which nothing is meant for the caller. */
export function parseJson(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}
