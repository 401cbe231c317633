/** Words and phrases that a tenant wants to be told of. */
export type WordList = {
  /** Of the finding's type, `list.<name>`. */
  readonly name: string;
  /** Letters and digits with anything between them; upper and lower case are the same. */
  readonly words: readonly string[];
  /** Whether a word may stand inside of another one. Scripts without spaces need that. */
  readonly inside?: boolean;
};

export const LIST_WORDS_MAX = 10_000;
export const WORD_MAX_CHARS = 256;
