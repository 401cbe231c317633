/**
 * A decimal number times a million, exactly: the shortest decimal text of the number is read digit by digit, so that
 * 0.1 is 100,000 and not 99,999. Throws RangeError for what is not a plain decimal of zero or more with at most six
 * decimals and nine digits before the point.
 */
export function toMillionths(value: number | string): number {
  const text = String(value);
  const match = /^(\d{1,9})(?:\.(\d{1,18}))?$/.exec(text);
  if (match === null) throw new RangeError(`${text} is not a plain decimal number of zero or more`);
  const decimals = (match[2] ?? "").replace(/0+$/, "");
  if (decimals.length > 6) throw new RangeError(`${text} has more than six decimals`);
  return Number(match[1]) * 1_000_000 + Number(decimals.padEnd(6, "0"));
}
