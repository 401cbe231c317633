import { countTokens, setMergeCacheSize } from "gpt-tokenizer/encoding/o200k_base";

/**
 * How much is counted before the rest is estimated. A unit is a measure of the tokenizer's time: a word costs as many as its
 * bytes and, where it is not one token and has to be merged byte by byte, many times that.
 */
type TokenBudget = {
  readonly units: number;
  /** Characters of one sample; a longer text is sampled at places spread over its whole length. */
  readonly windowChars: number;
  /** A longer run without a space is cut, because merging takes time with the square of its length. */
  readonly runMaxBytes: number;
};

/** Text that looks like a special token is text here: only a provider's own template makes special tokens. */
const PLAIN_TEXT = { disallowedSpecial: new Set<string>() };
const MERGE_CACHE_ENTRIES = 4_096;
/** Words recur, so most are found here without running the tokenizer. The cache changes the time and never the count. */
const WORD_CACHE_ENTRIES = 32_768;
const CACHED_WORD_CHARS = 24;
/** How far a window's edge is moved back to a space, so that the cut falls between two tokens. */
const EDGE_LOOKBACK_CHARS = 24;
const WORD_UNITS_MIN = 12;
const MERGED_UNITS_PER_BYTE = 6;
const SPACE = 0x20;

setMergeCacheSize(MERGE_CACHE_ENTRIES);
const tokensByWord = new Map<string, number>();

/**
 * Tokens of the texts together. Within the budget the count is the tokenizer's own; beyond it, windows spread evenly
 * over the texts are counted and the rest is taken to be as dense as they are. The same texts give the same figure on
 * every machine: the budget is counted, not timed.
 */
export function countTextTokens(texts: readonly string[], budget: TokenBudget): number {
  const windows = texts.map((text) => Math.ceil(text.length / budget.windowChars));
  const total = windows.reduce((sum, count) => sum + count, 0);
  const bits = Math.max(1, 32 - Math.clz32(Math.max(0, total - 1)));
  let chars = 0;
  let bytes = 0;
  let tokens = 0;
  let units = 0;
  for (let turn = 0; turn < 1 << bits && units < budget.units; turn += 1) {
    const window = reverseBits(turn, bits);
    if (window >= total) continue;
    const piece = windowAt(texts, { windows, window, windowChars: budget.windowChars });
    const counted = countPiece(piece, budget.runMaxBytes);
    chars += piece.length;
    bytes += Buffer.byteLength(piece);
    tokens += counted.tokens;
    units += counted.units;
  }
  const allChars = texts.reduce((sum, text) => sum + text.length, 0);
  if (chars === 0 || chars === allChars) return tokens;
  // Scripts differ less in tokens for a byte than in tokens for a character.
  const allBytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return Math.ceil((tokens * allBytes) / bytes);
}

function reverseBits(value: number, bits: number): number {
  let reversed = 0;
  for (let bit = 0; bit < bits; bit += 1) reversed |= ((value >> bit) & 1) << (bits - 1 - bit);
  return reversed;
}

function windowAt(
  texts: readonly string[],
  at: { windows: readonly number[]; window: number; windowChars: number },
): string {
  let { window } = at;
  let index = 0;
  while (window >= at.windows[index]!) {
    window -= at.windows[index]!;
    index += 1;
  }
  const text = texts[index]!;
  return text.slice(edgeAt(text, window * at.windowChars), edgeAt(text, (window + 1) * at.windowChars));
}

/** The cut nearest below `position` that falls before a space, else one that splits no surrogate pair. */
function edgeAt(text: string, position: number): number {
  if (position >= text.length) return text.length;
  const lowest = Math.max(0, position - EDGE_LOOKBACK_CHARS);
  for (let at = position; at > lowest; at -= 1) {
    if (text.charCodeAt(at) === SPACE && text.charCodeAt(at - 1) > SPACE) return at;
  }
  return isLowSurrogate(text.charCodeAt(position)) ? position - 1 : position;
}

/**
 * Counts a window word by word. A word takes the one blank before it along, and line breaks after its punctuation, as
 * the tokenizer's own pattern does, so that the sum is the count of the whole unless a run had to be cut.
 */
function countPiece(piece: string, runMaxBytes: number): { tokens: number; units: number } {
  let tokens = 0;
  let units = 0;
  let from = 0;
  const take = ({ to, bytes }: Run): void => {
    const counted = countWord(piece.slice(from, to));
    tokens += counted;
    units += Math.max(WORD_UNITS_MIN, bytes) + (counted === 1 ? 0 : MERGED_UNITS_PER_BYTE * bytes);
    from = to;
  };
  while (from < piece.length) {
    const blanks = endOfBlanks(piece, from, runMaxBytes);
    const joinsWord = blanks.to > from && blanks.to < piece.length && !isLineBreak(piece.charCodeAt(blanks.to - 1));
    const own = joinsWord ? blanks.to - 1 : blanks.to;
    if (own > from) take({ to: own, bytes: own - from });
    if (blanks.to < piece.length) take(endOfWord(piece, blanks.to, runMaxBytes));
  }
  return { tokens, units };
}

/** Where a run ends, and its size in UTF-8. */
type Run = { readonly to: number; readonly bytes: number };

function endOfBlanks(piece: string, from: number, maxBytes: number): Run {
  let to = from;
  while (to < piece.length && to - from < maxBytes && piece.charCodeAt(to) <= SPACE) to += 1;
  return { to, bytes: to - from };
}

function endOfWord(piece: string, from: number, maxBytes: number): Run {
  let to = from;
  let bytes = 0;
  for (; to < piece.length && bytes < maxBytes && piece.charCodeAt(to) > SPACE; to += 1) {
    const unit = piece.charCodeAt(to);
    if (unit < 0x80) bytes += 1;
    else bytes += unit < 0x8_00 ? 2 : 3;
  }
  if (isLowSurrogate(piece.charCodeAt(to))) to += 1;
  if (to > from && isPunctuation(piece.charCodeAt(to - 1))) {
    for (; to < piece.length && bytes < maxBytes && isLineBreak(piece.charCodeAt(to)); to += 1) bytes += 1;
  }
  return { to, bytes: bytes + 1 };
}

function countWord(word: string): number {
  if (word.length > CACHED_WORD_CHARS) return countTokens(word, PLAIN_TEXT);
  const known = tokensByWord.get(word);
  if (known !== undefined) return known;
  const counted = countTokens(word, PLAIN_TEXT);
  if (tokensByWord.size >= WORD_CACHE_ENTRIES) tokensByWord.clear();
  tokensByWord.set(word, counted);
  return counted;
}

function isLineBreak(unit: number): boolean {
  return unit === 0x0a || unit === 0x0d;
}

function isPunctuation(unit: number): boolean {
  if (unit >= 0x80) return false;
  const letter = unit | 0x20;
  return !((letter >= 0x61 && letter <= 0x7a) || (unit >= 0x30 && unit <= 0x39));
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
