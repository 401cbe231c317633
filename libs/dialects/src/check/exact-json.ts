/*
 * JSON that is read and written again without rounding what is somebody else's: the arguments of a tool and its results,
 * and the numbers of a schema. There a number that no double holds, such as 1234567890123456789, is kept as its text: a raw
 * number, which `JSON.stringify` writes as it was read. Everywhere else numbers are numbers.
 */

/** A number that no double holds, as it was written (https://github.com/tc39/proposal-json-parse-with-source). */
type RawNumber = { readonly rawJSON: string };

// The types of the language's library do not have them.
const { rawJSON, isRawJSON } = JSON as unknown as {
  readonly rawJSON: (text: string) => RawNumber;
  readonly isRawJSON: (value: unknown) => value is RawNumber;
};

/** Whether a value of parsed JSON is a number that was kept as its text. It is no container, although it is an object. */
export const isRawNumber: (value: unknown) => value is RawNumber = isRawJSON;

/** Fields that hold, as an object, JSON of a tool's: the arguments of a call, or a schema. */
const OPAQUE = new Set(
  `input args arguments input_schema parameters schema responseSchema response_schema
   parametersJsonSchema parameters_json_schema responseJsonSchema response_json_schema`.split(/\s+/),
);
/** The same as a list of objects. */
const OPAQUE_LISTS = new Set(["partialArgs", "partial_args", "input_examples"]);
/** Fields whose `response` is what a tool gave. */
const RESULTS = new Set(["functionResponse", "function_response"]);

/**
 * A number that a double may not hold: of sixteen characters and more, or with an exponent of three digits. Reading numbers
 * as text takes several times as long, so only a text with one is read so. What stands in strings may match as well.
 */
const MAY_ROUND = /[:[,\s]-?(?:\d[\d.]{15}|[\d.]+[eE][+-]?\d{3})/;

/** A longer number is rounded. */
const NUMBER_MAX_CHARS = 1_024;

/** The value of a JSON text: a body, or an event. Throws as `JSON.parse` does. */
export function readJson(text: string): unknown {
  return MAY_ROUND.test(text) ? readExact(text, false) : JSON.parse(text);
}

/** The value of a JSON text that is a tool's own, such as the arguments of a call. Throws as `JSON.parse` does. */
export function readOpaque(text: string): unknown {
  return MAY_ROUND.test(text) ? readExact(text, true) : JSON.parse(text);
}

function readExact(text: string, isOpaque: boolean): unknown {
  try {
    return settled(JSON.parse(text, keepText), "", { isOpaque });
  } catch (error) {
    // It nests deeper than can be walked, which its readers refuse in words of their own.
    if (error instanceof RangeError) return JSON.parse(text);
    throw error;
  }
}

function keepText(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined || source.length > NUMBER_MAX_CHARS) return value;
  return decimalOf(source) === decimalOf(String(value)) ? value : rawJSON(source);
}

/** A number as its digits and the power of ten behind them, without its sign: the same however it is written. */
function decimalOf(text: string): string {
  const [mantissa = "", exponent = "0"] = text
    .replace("-", "")
    .toLowerCase()
    .split(/e(?=[-+\d])/);
  const [whole = "", fraction = ""] = mantissa.split(".");
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return significant === "" ? "0" : `${significant}e${power}`;
}

/** The value, which is changed in its place, with raw numbers where it is a tool's own, and with doubles elsewhere. */
function settled(value: unknown, field: string, { isOpaque }: { readonly isOpaque: boolean }): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isRawJSON(value)) return Number(value.rawJSON);
  const held = value as Record<string, unknown>;
  for (const name of Object.keys(held)) {
    const inner = held[name];
    if (typeof inner !== "object" || inner === null || (isOpaque && isRawJSON(inner))) continue;
    held[name] = settled(inner, name, { isOpaque: isOpaque || isOpaqueField(name, inner, field) });
  }
  return held;
}

function isOpaqueField(name: string, value: object, within: string): boolean {
  if (Array.isArray(value)) return OPAQUE_LISTS.has(name);
  return OPAQUE.has(name) || (name === "response" && RESULTS.has(within));
}
