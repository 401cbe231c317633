/**
 * Frequent words of the languages that share a script, without those that are words of English too unless they are very
 * frequent.
 */
export const LANGUAGE_WORDS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries({
    en: "the and of to is are was were you your what how why which with for from this that it have has can could would should write please i my we they not be by as at or an if",
    de: "der die das und ist nicht ein eine einen für auf von zu den dem ich du sie wir wie warum bitte kann sind auch oder aber wenn dass im zum zur über schreibe",
    fr: "le la les des est et une un pour dans que qui sur avec pas vous nous je elle ce cette comment pourquoi quel quelle du au aux sont plus ou où mon ma",
    es: "el la los las de que es en un una por para con no se su lo como cómo qué cuál pero más al del está son mi tu escribe",
    it: "il lo gli le di che un una per con non si come cosa perché del della nel nella sono più ma questo questa scrivi anche",
    pt: "os de que em um uma para com não se por como qual mas mais do da dos das no na você seu sua são está escreva",
    nl: "de het een en van dat niet op zijn voor met die ik je wat hoe waarom maar ook deze naar kan wordt",
    pl: "nie się jest że jak co dla czy przez ale po od tak może są który napisz",
    tr: "ve bir bu için ile ne nasıl mı çok değil olarak ben sen daha gibi kadar var yaz neden",
    sv: "och att det är ett som på för av med inte jag du vad hur till har kan om men skriv",
    id: "yang dan di ini itu untuk dengan tidak dari ke adalah saya apa bagaimana pada akan bisa tolong buat",
    vi: "và là của có không được cho một các những tôi bạn này trong như thế nào để với người",
    ro: "și este în cu pentru nu ce cum să pe sunt care mai din că",
    cs: "je že jak co ale jsem tak není které napiš",
    ru: "не на что как это для по из но он она они мы вы ты все так был быть или если чтобы где при его её есть напиши пожалуйста",
    uk: "що як це для та від або він вона вони ми ви ти був бути якщо щоб є про він його її які будь напиши",
    bg: "на за да се от ще са си като по това които не или как какво",
    ar: "في من على إلى هذا هذه ما هل أن التي الذي عن مع كيف لا كان أو",
    fa: "در به از که این را با است برای چه آن می یک و تا یا کنید",
  }).map(([language, words]) => [language, words.split(" ")]),
);
