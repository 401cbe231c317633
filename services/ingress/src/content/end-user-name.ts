/** An end user's name as PostgreSQL holds it, whose text knows no U+0000. Of nobody it is empty. */
export function endUserName(user: string | null | undefined): string {
  return (user ?? "").replaceAll("\u0000", "\ufffd");
}
