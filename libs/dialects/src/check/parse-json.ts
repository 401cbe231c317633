import { readJson, readOpaque } from "./exact-json.ts";

/** The value of a JSON text; undefined when it is none, such as the HTML of a proxy, of which nothing is meant for the caller. */
export function parseJson(text: string): unknown {
  return orUndefined(readJson, text);
}

/** The same of a text that is a tool's own, such as the arguments of a call. */
export function parseOpaque(text: string): unknown {
  return orUndefined(readOpaque, text);
}

function orUndefined(read: (text: string) => unknown, text: string): unknown {
  try {
    return read(text);
  } catch {
    return undefined;
  }
}
