/** How deep a value may nest: far above any record, far below the stack's end. */
const DEPTH_MAX = 128;

type RawJson = { readonly rawJSON: string };
// The types of the language's library do not have it, and not every browser does.
const { isRawJSON: isRawJson = () => false } = JSON as unknown as { isRawJSON?: (value: unknown) => value is RawJson };

/** What JSON must escape, and the surrogates, of which a lone one has no UTF-8 form. */
const NEEDS_CARE = /[^\u0020-\u0021\u0023-\u005b\u005d-\ud7ff\ue000-\uffff]/;

type CanonicalOptions = {
  /**
   * `integers` (the default) is the rule for whatever is hashed and signed here: safe integers only, because a float's
   * text differs between languages. `any` is RFC 8785 as it stands: every finite double, in ECMAScript's own form.
   */
  readonly numbers?: "integers" | "any";
};

/**
 * The canonical form of a JSON value (RFC 8785): members sorted by UTF-16 code units, no white space, ECMAScript's
 * escapes and number forms. Its UTF-8 bytes are what is hashed and signed.
 *
 * Throws a TypeError for whatever has no one JSON form: a lone surrogate, NaN or an infinity, a number outside what
 * `numbers` allows, undefined (also as a member or an element), functions, symbols, bigints, objects that are not plain
 * (Date, Map, class instances) and nesting beyond 128. The message names the kind of fault and never the value.
 */
export function canonicalize(value: unknown, options: CanonicalOptions = {}): string {
  return write(value, options.numbers === "any", 0);
}

function write(value: unknown, anyNumber: boolean, depth: number): string {
  switch (typeof value) {
    case "string":
      return writeString(value);
    case "number":
      return writeNumber(value, anyNumber);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      if (depth === DEPTH_MAX) throw new TypeError(`the value nests deeper than ${DEPTH_MAX}`);
      return Array.isArray(value) ? writeArray(value, anyNumber, depth) : writeObject(value, anyNumber, depth);
    default:
      throw new TypeError(`a value of type ${typeof value} has no canonical form`);
  }
}

function writeString(text: string): string {
  if (!NEEDS_CARE.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new TypeError("a string holds a lone surrogate");
  return JSON.stringify(text);
}

function writeNumber(value: number, anyNumber: boolean): string {
  if (!(anyNumber ? Number.isFinite(value) : Number.isSafeInteger(value))) {
    throw new TypeError(anyNumber ? "a number is not finite" : "a number is not a safe integer");
  }
  // Negative zero becomes "0" here, as RFC 8785 asks.
  return String(value);
}

function writeArray(values: readonly unknown[], anyNumber: boolean, depth: number): string {
  let text = "[";
  for (let i = 0; i < values.length; i += 1) {
    if (i > 0) text += ",";
    text += write(values[i], anyNumber, depth + 1);
  }
  return `${text}]`;
}

function writeObject(value: object, anyNumber: boolean, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError("an object is not plain");
  if (prototype === null && isRawJson(value)) return writeRaw(value, anyNumber);
  const keys = sortKeys(Object.keys(value));
  let text = "{";
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i] as string;
    if (i > 0) text += ",";
    text += `${writeString(key)}:${write((value as Record<string, unknown>)[key], anyNumber, depth + 1)}`;
  }
  return `${text}}`;
}

/** What `JSON.rawJSON` made of a number that no double holds. RFC 8785 knows none: its text as it stands is its form. */
function writeRaw({ rawJSON }: RawJson, anyNumber: boolean): string {
  if (!anyNumber) throw new TypeError("a number is not a safe integer");
  return rawJSON;
}

/** RFC 8785 sorts by UTF-16 code units, which is how `<` compares. Records have few members, nearly in order. */
function sortKeys(keys: string[]): string[] {
  if (keys.length > 64) return keys.toSorted();
  for (let i = 1; i < keys.length; i += 1) {
    const key = keys[i] as string;
    let at = i;
    for (; at > 0 && (keys[at - 1] as string) > key; at -= 1) keys[at] = keys[at - 1] as string;
    keys[at] = key;
  }
  return keys;
}
