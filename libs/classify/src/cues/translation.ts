import type { CueList } from "../classifier-document.ts";
import { phrases } from "./phrases.ts";

export const TRANSLATION_CUES: CueList = {
  1: phrases(
    "english, french, german, spanish, italian, portuguese, dutch, russian, chinese, mandarin, japanese, korean, arabic, hindi, turkish, polish, swedish, latin, deutsch, français, español, sentence, phrase",
  ),
  2: phrases(
    "in french, in german, in spanish, in italian, in japanese, in chinese, in portuguese, in russian, in korean, in arabic, how do you say, auf englisch, auf deutsch, en anglais, en inglés, in inglese, по английски",
  ),
  4: phrases(
    "translation, translator, localize, localise, übersetzung, traduction, traducción, traduzione, tradução, перевод, 翻訳, 번역",
  ),
  6: phrases(
    "translate, translates, translated, translating, übersetze, übersetzen, übersetz, traduis, traduisez, traduire, traduce, traducir, traduzca, traduci, tradurre, traduza, traduzir, vertaal, przetłumacz, çevir, переведи, переведите, перевести, translate this, translate the, say in french, 翻译, 翻譯, 訳して, 번역해, ترجم",
  ),
};
