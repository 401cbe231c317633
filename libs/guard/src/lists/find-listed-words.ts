import type { GuardDetection } from "@signalbox/proto";
import { isGreekOrCyrillic, isLatinExtended, isWordUnit } from "../characters.ts";
import type { Detector, Finding } from "../finding.ts";

type WordList = GuardDetection["lists"][number];

type Node = {
  readonly next: Map<number, Node>;
  /** The failure link: the node of the longest proper suffix of this prefix that is a prefix of a word too. */
  fallback: Node | null;
  /** Length of the longest word that ends here, or 0. */
  length: number;
};

/**
 * Finds the words of a list in one pass, whatever their number: Aho and Corasick, "Efficient string matching", 1975.
 * Where words overlap, the one that ends first holds.
 */
export function listDetector(list: WordList): Detector {
  const root = automaton(list.words);
  const type = `list.${list.name}` as const;
  const whole = !list.inside;
  return (text) => {
    const found: Finding[] = [];
    let node = root;
    let free = 0;
    for (let at = 0; at < text.length; at += 1) {
      node = step(node, root, fold(text.charCodeAt(at)));
      if (node === root) continue;
      for (let each: Node | null = node; each !== null && each !== root; each = each.fallback) {
        const start = at + 1 - each.length;
        if (each.length === 0 || start < free || (whole && !standsAlone(text, start, at + 1))) continue;
        found.push({ type, start, end: at + 1 });
        free = at + 1;
        break;
      }
    }
    return found;
  };
}

/** The next node. Over a whole text it follows at most as many fallbacks as the text has units. */
function step(from: Node, root: Node, code: number): Node {
  for (let node = from; ; node = node.fallback ?? root) {
    const next = node.next.get(code);
    if (next !== undefined) return next;
    if (node === root) return root;
  }
}

function automaton(words: readonly string[]): Node {
  const root = emptyNode();
  for (const word of words) {
    let node = root;
    for (let at = 0; at < word.length; at += 1) {
      const code = fold(word.charCodeAt(at));
      let next = node.next.get(code);
      if (next === undefined) node.next.set(code, (next = emptyNode()));
      node = next;
    }
    if (node !== root) node.length = word.length;
  }
  const queue = [root];
  for (const node of queue) {
    for (const [code, next] of node.next) {
      next.fallback = node === root ? root : step(node.fallback ?? root, root, code);
      queue.push(next);
    }
  }
  return root;
}

function emptyNode(): Node {
  return { next: new Map(), fallback: null, length: 0 };
}

/** Lower case, one unit for one unit, so that places in the text stay what they are. */
function fold(code: number): number {
  if (code < 128) return code >= 65 && code <= 90 ? code + 32 : code;
  const lower = String.fromCharCode(code).toLowerCase();
  return lower.length === 1 ? lower.charCodeAt(0) : code;
}

function standsAlone(text: string, start: number, end: number): boolean {
  return !isPartOfWord(text, start - 1, start) && !isPartOfWord(text, end, end - 1);
}

/** Whether the unit at `at` continues the word that the unit at `edge` is part of. */
function isPartOfWord(text: string, at: number, edge: number): boolean {
  return isLetter(text.charCodeAt(at)) && isLetter(text.charCodeAt(edge));
}

function isLetter(code: number): boolean {
  return isWordUnit(code) || isLatinExtended(code) || isGreekOrCyrillic(code);
}
