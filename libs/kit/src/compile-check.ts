import type { z } from "zod";

/** Whether a value that JSON can say is of a form. */
export type Check = (value: unknown) => boolean;

type Schema = z.core.$ZodTypes;

/**
 * Makes of a zod schema a check that says only yes or no, several times as fast as `safeParse`: it makes no copy of the
 * value and no account of what is wrong. It takes what the schema takes; whatever is not known here is asked of the
 * schema itself.
 */
export function compileCheck(schema: z.core.$ZodType): Check {
  const bounds = boundsOf(schema as Schema);
  const check = bounds === null ? null : checkOf(schema as Schema, bounds);
  return check ?? ((value) => (schema as z.ZodType).safeParse(value).success);
}

/** What a schema asks beyond its kind: of a number itself, and of the length of a text or an array. */
type Bounds = { readonly least: number; readonly most: number; readonly pattern: RegExp | null };

const UNBOUNDED: Bounds = { least: -Infinity, most: Infinity, pattern: null };

/** The check of a schema of a known kind; null for other kinds. */
function checkOf(schema: Schema, bounds: Bounds): Check | null {
  const { def } = schema._zod;
  switch (def.type) {
    case "string":
      return "format" in def ? null : text(bounds);
    case "number":
      return "format" in def && def.format === "safeint" ? integer(bounds) : null;
    case "boolean":
      return (value) => typeof value === "boolean";
    case "unknown":
      // Anything, as long as it is there: JSON knows no member that is undefined.
      return (value) => value !== undefined;
    case "null":
      return (value) => value === null;
    case "literal":
    case "enum": {
      const values = schema._zod.values as ReadonlySet<unknown>;
      return (value) => values.has(value);
    }
    case "nullable":
      return orElse(null, compileCheck(def.innerType));
    case "optional":
      return orElse(undefined, compileCheck(def.innerType));
    case "array":
      return listOf(compileCheck(def.element), bounds);
    case "union":
      return anyOf(def.options.map(compileCheck));
    case "object":
      return def.catchall?._zod.def.type === "never" ? strictObject(def.shape) : null;
    default:
      return null;
  }
}

function text({ least, most, pattern }: Bounds): Check {
  if (pattern !== null && least === -Infinity && most === Infinity) {
    // As a rule a digest or a name is the same as in the value before, and to compare costs less than to match.
    let good: string | null = null;
    return (value) => {
      if (value === good) return true;
      if (typeof value !== "string" || !pattern.test(value)) return false;
      good = value;
      return true;
    };
  }
  return (value) => {
    if (typeof value !== "string" || value.length < least || value.length > most) return false;
    return pattern === null || pattern.test(value);
  };
}

function integer({ least, most }: Bounds): Check {
  return (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

function listOf(element: Check, { least, most }: Bounds): Check {
  return (value) => {
    return Array.isArray(value) && value.length >= least && value.length <= most && value.every(element);
  };
}

function orElse(other: null | undefined, inner: Check): Check {
  return (value) => value === other || inner(value);
}

function anyOf(options: readonly Check[]): Check {
  return (value) => options.some((holds) => holds(value));
}

function strictObject(shape: Readonly<Record<string, z.core.$ZodType>>): Check {
  const names = Object.keys(shape);
  const checks = Object.values(shape).map(compileCheck);
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const members = value as Readonly<Record<string, unknown>>;
    let present = 0;
    for (let at = 0; at < names.length; at += 1) {
      const member = members[names[at] as string];
      if (!(checks[at] as Check)(member)) return false;
      if (member !== undefined) present += 1;
    }
    return Object.keys(members).length === present;
  };
}

/** Null when one of them is not known. */
function boundsOf(schema: Schema): Bounds | null {
  let bounds: Bounds | null = UNBOUNDED;
  for (const check of schema._zod.def.checks ?? []) {
    bounds &&= withBound(bounds, (check as z.core.$ZodChecks)._zod.def);
  }
  return bounds;
}

function withBound(bounds: Bounds, def: z.core.$ZodChecks["_zod"]["def"]): Bounds | null {
  const { least, most, pattern } = bounds;
  switch (def.check) {
    case "min_length":
      return { ...bounds, least: Math.max(least, def.minimum) };
    case "max_length":
      return { ...bounds, most: Math.min(most, def.maximum) };
    case "greater_than":
      return def.inclusive ? { ...bounds, least: Math.max(least, Number(def.value)) } : null;
    case "less_than":
      return def.inclusive ? { ...bounds, most: Math.min(most, Number(def.value)) } : null;
    case "string_format": {
      // One that remembers where it stopped would not say the same twice.
      const isPlain = def.format === "regex" && def.pattern?.global === false && !def.pattern.sticky;
      return isPlain && pattern === null ? { ...bounds, pattern: def.pattern ?? null } : null;
    }
    default:
      return null;
  }
}
