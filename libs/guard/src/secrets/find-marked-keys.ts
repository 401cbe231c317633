import { isEscapeLetter, isLetterOrDigit } from "../characters.ts";
import type { Finding } from "../finding.ts";
import { looksMadeUp } from "./looks-made-up.ts";

/** The published format of a credential with a fixed mark inside, at most `backMax` units after its beginning. */
type MarkedFormat = { readonly kind: string; readonly mark: string; readonly backMax: number; readonly whole: RegExp };

const FORMATS: readonly MarkedFormat[] = [
  { kind: "telegram-bot", mark: ":A", backMax: 12, whole: /\d{8,12}:A[A-Za-z0-9_-]{34}(?![\w-])/y },
  { kind: "terraform", mark: ".atlasv1.", backMax: 16, whole: /[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}/y },
  {
    kind: "azure-client-secret",
    mark: "Q~",
    backMax: 4,
    whole: /[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}(?![\w~.-])/y,
  },
  { kind: "azure-storage", mark: "AccountKey=", backMax: 0, whole: /AccountKey=[A-Za-z0-9+/]{86}==/y },
  { kind: "azure-devops", mark: "AZDO", backMax: 76, whole: /[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?!\w)/y },
  { kind: "mailchimp", mark: "-us", backMax: 32, whole: /[0-9a-f]{32}-us\d{1,2}(?!\w)/y },
  { kind: "maxmind", mark: "_mmk", backMax: 36, whole: /[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk(?!\w)/y },
  {
    kind: "teams-webhook",
    mark: ".webhook.office.com/webhookb2/",
    backMax: 32,
    whole:
      /[a-z0-9]{1,32}\.webhook\.office\.com\/webhookb2\/[0-9a-f@-]{73}\/IncomingWebhook\/[0-9a-f]{32}\/[0-9a-f-]{36}/y,
  },
  {
    kind: "discord-bot",
    mark: ".",
    backMax: 28,
    whole: /[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}(?![\w.-])/y,
  },
];

/** Finds credentials that are recognised by a mark inside. */
export function findMarkedKeys(text: string): Finding[] {
  const found: Finding[] = [];
  for (const format of FORMATS) {
    let at = text.indexOf(format.mark);
    while (at !== -1) {
      const start = startOf(text, at, format);
      format.whole.lastIndex = start;
      if (
        at - start <= format.backMax &&
        format.whole.test(text) &&
        !looksMadeUp(text.slice(start, format.whole.lastIndex))
      ) {
        found.push({ type: `secret.${format.kind}`, start, end: format.whole.lastIndex });
      }
      at = text.indexOf(format.mark, at + 1);
    }
  }
  return found;
}

/** Where the run of units that may belong to a key begins; more than `backMax` away when the run is too long. */
function startOf(text: string, mark: number, { backMax, kind }: MarkedFormat): number {
  if (kind === "azure-client-secret") return Math.max(0, mark - backMax);
  let start = mark;
  while (start > 0 && mark - start <= backMax && isKeyUnit(text.charCodeAt(start - 1))) start -= 1;
  return isEscapeLetter(text, start) ? start + 1 : start;
}

function isKeyUnit(code: number): boolean {
  return isLetterOrDigit(code) || code === 95 || code === 45;
}
