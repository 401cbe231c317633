/** The words of each class, in the languages in which injections are written. */
export const CUE_WORDS = {
  forget:
    words(`ignore ignoring disregard forget forgets neglect override overlook discard drop abandon erase disregarding
    ignoriere ignorieren ignoriert vergiss vergesse vergessen missachte verwirf
    olvida olvide olvidar olvides ignora oublie oubliez ignorez dimentica scorda esqueça esqueca negeer vergeet
    zaboravi zaboravite ignoriraj ignorirajte
    забудь забудьте игнорируй игнорируйте ігноруй ігноруйте`),
  scope: words(`previous previously prior above preceding earlier foregoing past former all any every everything your
    alle alles allen bisherigen bisherige vorherigen vorherige vorigen vorangegangenen obigen obige deine ihre
    todas todos todo anteriores previas toutes tous précédentes précédents tutte tutti precedenti todas
    alle vorige eerdere sve prethodne все всі предыдущие прошлые попередні`),
  instructions: words(`instruction instructions prompt prompts order orders rule rules task tasks guideline guidelines
    command commands directive directives direction directions restriction restrictions programming assignment
    assignments information documents messages conversation context training
    anweisung anweisungen auftrag aufträge aufgabe aufgaben befehl befehle instruktion instruktionen regeln vorgaben
    informationen instrucciones órdenes ordenes reglas consignes ordres règles istruzioni regole instruções ordens
    instructies uputstva instrukcije naredbe zadatke инструкции указания правила інструкції`),
  everything: words("everything all alles todo tout tutto tudo sve anything whatever"),
  whole: words("everything alles todo tutto tudo sve всё все"),
  before: words(`before above previously said told know knew learned learnt gesagte gesagten davor bisher vorher zuvor
    besprochen antes dije digo avant prima`),
  above: words("above preceding previous obigen obige bisherigen vorherigen"),
  now: words(`now nun jetzt follow follows following folgen focus concentrate konzentriere konzentrier additional
    weitere instead stattdessen`),
  fresh: words("new neue neuen neuer weitere additional different nouvelle nueva nuevas"),
  show: words(`show print reveal repeat output display tell leak expose recite copy disclose dump share return spell
    zeige zeig zeigen nenne wiederhole gib verrate muestra muéstrame affiche montre stampa mostra what`),
  own: words(`your system initial original hidden secret full complete entire whole above all internal underlying
    dein deine deinen deiner ihr ihre ihren gesamten gesamte ganzen vollständigen tu tus votre`),
  prompt: words("prompt prompts instruction instructions prompttext prompttexte anweisungen instrucciones consignes"),
  change: words("change replace update rewrite modify ändere ersetze"),
  written: words("written said stated says stands stand steht geschrieben text texts"),
  without: words("without no free bypass remove removed circumvent disable violate break lift ohne keine umgehe sin"),
  limits: words(`restrictions limitations filters filter censorship guardrails safeguards restraints constraints
    boundaries policies guidelines einschränkungen beschränkungen filtern zensur moral ethics`),
  you: words("you du sie"),
  are: words("are will bist sind werden"),
  act: words("act acts behave respond roleplay pretend imagine pose fungieren fungierst agieren stell spiele"),
  as: words("as like als wie"),
  mode: words("mode modus"),
  unlocked: words("dan god jailbreak jailbroken unrestricted unfiltered sudo evil opposite"),
  developer: words("developer"),
  enabled: words("enabled output"),
  anything: words("anything"),
  do: words("do does"),
  against: words("abweichend entgegen contrary regardless anstelle entgegengesetzt"),
  leave: words("leave remove lassen lasse lass streiche verbanne streichen laissez deja"),
  behind: words("behind head mind hinter kopf gedächtnis derrière atrás"),
  knowledge: words("knowledge wissen"),
  not: words("not nicht"),
} satisfies Record<string, readonly string[]>;

export type CueClass = keyof typeof CUE_WORDS;

function words(list: string): string[] {
  return list.split(/\s+/);
}
