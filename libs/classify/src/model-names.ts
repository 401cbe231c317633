/** The tokenizer and the language model, by name and version: parts of the classifier document. */
export const TOKENIZER = "gpt-tokenizer@4.0.0/o200k_base";
export const LANGUAGE_MODEL = "tinyld@1.3.4/light";
