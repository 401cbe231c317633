import { z } from "zod";
import { closestWord } from "./closest-word.ts";

/** A part of the config file: fields that it does not know are refused, with the known field that was probably meant. */
export function section<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? unknownFields(issue.keys, known) : undefined),
  });
}

function unknownFields(keys: readonly string[], known: readonly string[]): string {
  return keys
    .map((key) => {
      const meant = closestWord(key, known);
      return `there is no such field: ${meant === undefined ? `there are ${known.join(", ")}` : `did you mean ${meant}?`}`;
    })
    .join("; ");
}
