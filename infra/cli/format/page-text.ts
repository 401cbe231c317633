/** A number with its noun. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Names and values in two columns; a row without a value is left out. */
export function fields(rows: readonly (readonly [string, string])[]): string {
  const shown = rows.filter(([, value]) => value !== "");
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

export function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}

/** Millionths as a share with three digits. */
export function share(micro: number): string {
  return (micro / 1_000_000).toFixed(3);
}
