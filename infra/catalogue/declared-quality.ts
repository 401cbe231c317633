import { TASKS, type Endpoint, type Quality } from "@signalbox/proto";
import { z } from "zod";
import { toMillionths } from "./exact-decimal.ts";

const QualityFigure = z
  .number()
  .refine(
    isFigure,
    "a quality is a share from 0 to 1, a percentage above 1 to 100, or whole millionths above 100 to 1000000",
  );

/** What a user may write as quality: one figure, or one for each task and a `default` for the others. */
export const DeclaredQuality = z.union([QualityFigure, z.partialRecord(z.enum([...TASKS, "default"]), QualityFigure)]);
export type DeclaredQuality = z.infer<typeof DeclaredQuality>;

/** The quality that a user declared, as the catalogue carries it. */
export function declaredQuality(declared: DeclaredQuality): Endpoint["quality"] {
  const figures = typeof declared === "number" ? { default: declared } : declared;
  return Object.fromEntries(
    Object.entries(figures).map(([task, figure]): [string, Quality] => [
      task,
      { value: figureMillionths(figure), source: "declared", reference: null },
    ]),
  );
}

/** The scale is told by the size, so 1 is a share and means all of it. */
function figureMillionths(figure: number): number {
  if (figure <= 1) return toMillionths(figure);
  return figure <= 100 ? toMillionths(figure) / 100 : figure;
}

function isFigure(figure: number): boolean {
  if (figure < 0 || figure > 1_000_000) return false;
  try {
    return Number.isInteger(figureMillionths(figure));
  } catch {
    return false;
  }
}
