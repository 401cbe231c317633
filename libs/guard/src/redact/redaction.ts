import type { Finding, FindingType } from "../finding.ts";

/** The redacted texts of a request by their placeholders: kept in memory alone, and only while the request is answered. */
export type Redaction = {
  /** Placeholder, e.g. `[EMAIL_1]` → the text that it stands for. */
  readonly originals: ReadonlyMap<string, string>;
};

const NAMES: Readonly<Record<string, string>> = {
  "pii.email": "EMAIL",
  "pii.phone": "PHONE",
  "pii.iban": "IBAN",
  "pii.card": "CARD",
  "pii.ssn": "SSN",
  "pii.ip": "IP",
};

/** The form of a placeholder. It has brackets at its ends alone, so no two of them overlap, whatever stands beside them. */
export const PLACEHOLDER = /\[[A-Z]{1,9}_\d{1,7}\]/g;
/** The longest placeholder: a name of at most 9 letters, a number of at most 7 digits, brackets and the line. */
export const PLACEHOLDER_MAX_CHARS = 19;

/** Gives out placeholders: the same text gets the same one, and none that occurs in the texts already. */
export class PlaceholderMint {
  readonly #taken = new Set<string>();
  readonly #byOriginal = new Map<string, string>();
  readonly #originals = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** `texts`: all texts into which the placeholders will be put. */
  constructor(texts: readonly string[]) {
    for (const text of texts) {
      if (!text.includes("[")) continue;
      for (const [placeholder] of text.matchAll(PLACEHOLDER)) this.#taken.add(placeholder);
    }
  }

  placeholderFor(type: FindingType, original: string): string {
    const name = nameOf(type);
    const key = `${name} ${original}`;
    const known = this.#byOriginal.get(key);
    if (known !== undefined) return known;
    const placeholder = this.#fresh(name);
    this.#byOriginal.set(key, placeholder);
    this.#originals.set(placeholder, original);
    return placeholder;
  }

  get redaction(): Redaction {
    return { originals: this.#originals };
  }

  #fresh(name: string): string {
    for (let count = (this.#counts.get(name) ?? 0) + 1; ; count += 1) {
      const placeholder = `[${name}_${count}]`;
      if (this.#taken.has(placeholder)) continue;
      this.#counts.set(name, count);
      return placeholder;
    }
  }
}

/** Replaces the findings in a text; those that overlap become one. */
export function replaceFindings(
  text: string,
  findings: readonly Finding[],
  wordFor: (type: FindingType, original: string) => string,
): string {
  let replaced = "";
  let done = 0;
  for (const { type, start, end, replacement } of joined(findings)) {
    replaced += text.slice(done, start) + (replacement ?? wordFor(type, text.slice(start, end)));
    done = end;
  }
  return replaced + text.slice(done);
}

/** A type's name in placeholders: `EMAIL` and the like, else its kind, such as `SECRET`. */
export function nameOf(type: FindingType): string {
  return NAMES[type] ?? type.slice(0, type.indexOf(".")).toUpperCase();
}

/** The findings in the order of the text; overlapping ones are joined under the type of the first. */
function joined(findings: readonly Finding[]): Finding[] {
  const places: Finding[] = [];
  for (const finding of findings.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = places.at(-1);
    if (last === undefined || finding.start >= last.end) places.push(finding);
    else if (finding.end > last.end) places[places.length - 1] = { ...last, end: finding.end };
  }
  return places;
}
