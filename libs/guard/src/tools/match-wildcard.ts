/** Whether `pattern`, in which `*` stands for any run of characters, covers the whole of `text`, in time at most the product of both. */
export function matchWildcard(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === "*") {
      star = p;
      resume = t;
      p += 1;
    } else if (pattern[p] === text[t]) {
      p += 1;
      t += 1;
    } else if (star === -1) return false;
    else {
      resume += 1;
      t = resume;
      p = star + 1;
    }
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}
