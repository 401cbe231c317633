import { z } from "zod";
import { decodeJson } from "./bus.ts";
import { compileCheck } from "./compile-check.ts";

type ItemsRead<T> =
  | { readonly ok: true; readonly items: T[] }
  /** Where and what, without any value. */
  | { readonly ok: false; readonly problems: string[] };

/**
 * Reads messages `{"items":[…]}` between stages, whose items fit the schema. What fits stays as it was parsed, so the
 * schema must be one that changes no value: no defaults, no transforms. Throws on what is not JSON.
 */
export function itemsReader<S extends z.ZodType>(item: S): (data: Uint8Array) => ItemsRead<z.infer<S>> {
  const message = z.strictObject({ items: z.array(item) });
  const fits = compileCheck(message);
  return (data) => {
    const value = decodeJson(data);
    if (fits(value)) return { ok: true, items: (value as z.infer<typeof message>).items };
    const issues = message.safeParse(value).error?.issues ?? [];
    return { ok: false, problems: issues.map(({ path, code }) => `${path.join(".")}: ${code}`) };
  };
}
