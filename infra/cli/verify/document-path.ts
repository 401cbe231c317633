/** Where a copy of a log holds a document that its entries name; beside the C2SP layout. */
export function documentPath(digest: string): string {
  return `documents/${digest.replace(":", "/")}`;
}
