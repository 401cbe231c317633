import type { CueList } from "../classifier-document.ts";
import { phrases } from "./phrases.ts";

export const CREATIVE_CUES: CueList = {
  1: phrases(
    "write, compose, draft, email, script, article, paragraph, humorous, dramatic, tragic, thrilling, напиши, viết, 创作, character, characters, scene, style, tone, romantic, funny, fantasy, dragon, imagine, creative, catchy, vivid, emotional, fictional",
  ),
  2: phrases(
    "act as, take on the role, assume the role, imagine yourself, picture yourself, embrace the role, fiction, fic, sci-fi, episode, persuasive, fictitious, dnd, toast, farewell, blog, подводка, придумай, 写一, rhyme, rhyming, plot, dialogue, narrator, protagonist, metaphor, tagline, brainstorm, role play, roleplay, pretend, persona, headline, marketing copy, product description, blog post, lied, chanson, canción",
  ),
  3: phrases(
    "write me a, write an article, write about, persuasive email, professional email, descriptive paragraph, letter to, battle scene, alternate universe, continue the story, continue the text, стих, стихи, историю, ποίημα, příběh, câu chuyện, 小说, 续写, 剧本, 소설, story, stories, poem, poems, poetry, song, lyrics, novel, haiku, sonnet, limerick, screenplay, fairy tale, short story, slogan, slogans, monologue, parody, satire, fan fiction, fanfiction, joke, jokes, speech, essay, gedicht, geschichte, poème, histoire, poema, cuento, historia, poesia, racconto, conto, стихотворение, рассказ, сказку, 诗, 故事, 小説, 物語, 俳句, 시를, 이야기",
  ),
  5: phrases(
    "сочини, расскажи историю, escreva uma história, escreve uma história, 写一篇, 写一章, write a story, write a poem, write a short story, write a song, write a haiku, write a novel, write a scene, write a blog, write a speech, write an essay, write a letter, write an email, tell me a story, tell me a joke, compose a, make up a, come up with a name, come up with names, come up with a slogan, schreibe ein gedicht, schreib ein gedicht, schreibe eine geschichte, schreib mir, écris un poème, écris une histoire, escribe un poema, escribe un cuento, escribe una historia, scrivi una poesia, scrivi un racconto, escreva um poema, напиши стихотворение, напиши рассказ, 写一首, 写一个故事, 書いて",
  ),
};
