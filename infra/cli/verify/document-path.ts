const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** What an entry says is no path before it is known to be a digest. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** Where a copy of a log holds a document that its entries name; beside the C2SP layout. */
export function documentPath(digest: string): string {
  return `documents/${digest.replace(":", "/")}`;
}
