import { InvalidArgumentError } from "commander";

/** An amount of dollars: `25` or `0.5`. */
export function dollars(text: string): number {
  if (/^[0-9]{1,12}(\.[0-9]{1,12})?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Give an amount of dollars like 25 or 0.50.");
}
