import type { IncomingMessage } from "node:http";
import type { z } from "zod";
import { parseInput } from "./parse-input.ts";
import { type BodyLimits, parseJsonBody, readBody } from "./read-body.ts";

/** The request's JSON body, checked. Rejects as `readBody`, `parseJsonBody` and `parseInput` do. */
export async function readInput<S extends z.ZodType>(
  request: IncomingMessage,
  schema: S,
  limits: BodyLimits,
): Promise<z.infer<S>> {
  return parseInput(schema, parseJsonBody(await readBody(request, limits)));
}
