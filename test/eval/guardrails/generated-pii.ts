import { exampleOf, type Example } from "./example.ts";
import { Seeded } from "./seeded.ts";

/** Sentences for each half: the held-out ones were not used to change the detectors. */
const SENTENCES = {
  dev: {
    any: [
      "Please use {} for this.",
      "{}",
      "The customer gave us {} yesterday.",
      '{"value": "{}"}',
      "a, b, {}; c\n",
      "It says {} on the form",
      "({})",
      "Update row 7 to {}, then close the case.",
      "> {}\n> thanks",
      "Is '{}' still right?",
    ],
    phone: ["Call me at {} tomorrow.", "Phone: {}", "My number is {}.", "Reach me on {} after five.", "Tel. {}"],
  },
  "held-out": {
    any: [
      "see [{}] below",
      "re: {} / noted",
      "Between us, {}... or was it another?",
      "val={}",
      "| 3 | {} | open |",
      "*{}*",
    ],
    phone: ["Telephone {}, or come by", "whatsapp {}", "ring us ({})", "| mobile | {} |", "You can text me on {}!"],
  },
} as const;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const IBAN_FORMS = [
  "DE dddddddddddddddddd",
  "GB aaaadddddddddddddd",
  "FR dddddddddddddddddddddd0",
  "NL aaaadddddddddd",
  "ES dddddddddddddddddddd",
  "CH ddddddddddddddddd",
];
const CARD_FORMS = [
  ["4", 16],
  ["51", 16],
  ["55", 16],
  ["2221", 16],
  ["34", 15],
  ["37", 15],
  ["6011", 16],
  ["3530", 16],
  ["62", 16],
] as const;

type Made = { readonly type: string; readonly make: (draw: Seeded) => string; readonly sentences: "any" | "phone" };

const MADE: readonly Made[] = [
  { type: "pii.email", make: email, sentences: "any" },
  { type: "pii.iban", make: iban, sentences: "any" },
  { type: "pii.card", make: card, sentences: "any" },
  { type: "pii.ssn", make: ssn, sentences: "any" },
  { type: "pii.ip", make: ip, sentences: "any" },
  { type: "pii.phone", make: phone, sentences: "phone" },
];

/** Things that look like personal data and are none. */
const HARD_NEGATIVES: readonly ((draw: Seeded) => string)[] = [
  (draw) => wrongCheckDigit(card(draw).replaceAll(/\D/g, "")),
  (draw) => wrongCheckDigit(iban(draw).replaceAll(" ", "")),
  (draw) => `order no. ${draw.digits(10)}`,
  (draw) => `v${draw.below(9)}.${draw.below(20)}.${draw.below(30)}`,
  (draw) => `version ${draw.below(9)}.${draw.below(20)}.${draw.below(30)}.${draw.below(9)}`,
  (draw) => `20${draw.between(10, 26)}-0${draw.between(1, 9)}-${draw.between(10, 28)}`,
  (draw) => `${draw.between(1, 12)}:${draw.between(10, 59)}:${draw.between(10, 59)}`,
  (draw) => `$ ${draw.between(1, 999)},${draw.digits(3)}.${draw.digits(2)}`,
  (draw) => `17${draw.digits(8)}`,
  (draw) => `17${draw.digits(11)}`,
  (draw) => `ISBN 978-${draw.below(9)}-${draw.digits(2)}-${draw.digits(6)}-${draw.below(9)}`,
  (draw) => `000-${draw.digits(2)}-${draw.digits(4)}`,
  (draw) => `${draw.between(256, 999)}.${draw.below(255)}.${draw.below(255)}.${draw.below(255)}`,
  (draw) => `@${draw.text("abcdefgh", 6)}/${draw.text("abcdefgh", 5)}@${draw.below(9)}.${draw.below(9)}.0`,
  (draw) => `icon-${draw.below(99)}@2x.png`,
  (draw) => `${draw.between(10, 59)}.${draw.digits(6)}, -${draw.between(10, 59)}.${draw.digits(6)}`,
  (draw) => `sha1 ${draw.text("0123456789abcdef", 40)}`,
  (draw) =>
    `${draw.text("0123456789abcdef", 8)}-${draw.digits(4)}-4${draw.digits(3)}-8${draw.digits(3)}-${draw.digits(12)}`,
  (draw) => `ticket #${draw.digits(7)}`,
  (draw) => `pages ${draw.between(100, 400)}-${draw.between(401, 900)}`,
];

/** Personal data with right check digits, and as many texts that hold none. */
export function generatedPii(count: number): Example[] {
  return (["dev", "held-out"] as const).flatMap((split, at) => {
    const draw = new Seeded(at + 31);
    const positive = MADE.flatMap(({ type, make, sentences }) =>
      Array.from({ length: count }, () =>
        exampleOf(draw.pick(SENTENCES[split][sentences]), make(draw), { type, split }),
      ),
    );
    const negative = HARD_NEGATIVES.flatMap((make) =>
      Array.from({ length: count / 4 }, () =>
        exampleOf(draw.pick(SENTENCES[split].any), make(draw), { type: null, split }),
      ),
    );
    return [...positive, ...negative];
  });
}

function email(draw: Seeded): string {
  const name = `${draw.text("abcdefghiklmnoprstu", draw.between(2, 8))}${draw.pick([".", "_", "-", "+", ""])}${draw.text("abcdeilmnorst", draw.between(2, 9))}`;
  return `${name}@${draw.text("abcdefghiklmnoprstu", draw.between(3, 9))}.${draw.pick(["com", "co.uk", "de", "org", "io", "museum", "travel"])}`;
}

function iban(draw: Seeded): string {
  const [country = "", form = ""] = draw.pick(IBAN_FORMS).split(" ");
  const account = form.replaceAll("d", () => draw.digits(1)).replaceAll("a", () => draw.text(LETTERS, 1));
  const check = 98n - (asNumber(`${account}${country}00`) % 97n);
  const whole = `${country}${String(check).padStart(2, "0")}${account}`;
  return draw.below(2) === 0 ? whole : whole.replaceAll(/(.{4})(?=.)/g, "$1 ");
}

function asNumber(text: string): bigint {
  return BigInt([...text.matchAll(/./g)].map(([unit]) => parseInt(unit, 36)).join(""));
}

function card(draw: Seeded): string {
  const [prefix, length] = draw.pick(CARD_FORMS);
  const head = prefix + draw.digits(length - prefix.length - 1);
  const whole = `${head}${luhnDigit(head)}`;
  const separator = draw.pick(["", " ", "-"]);
  const groups = length === 15 ? /^(.{4})(.{6})(.{5})$/ : /^(.{4})(.{4})(.{4})(.{4})$/;
  return (groups.exec(whole)?.slice(1) ?? []).join(separator);
}

function luhnDigit(head: string): number {
  let sum = 0;
  for (let at = 0; at < head.length; at += 1) {
    const digit = Number(head[head.length - 1 - at]);
    const value = at % 2 === 0 ? digit * 2 : digit;
    sum += value > 9 ? value - 9 : value;
  }
  return (10 - (sum % 10)) % 10;
}

function ssn(draw: Seeded): string {
  const area = draw.between(1, 665);
  return `${String(area).padStart(3, "0")}-${String(draw.between(1, 99)).padStart(2, "0")}-${String(draw.between(1, 9999)).padStart(4, "0")}`;
}

function ip(draw: Seeded): string {
  if (draw.below(4) > 0) return `${draw.between(1, 99)}.${draw.below(256)}.${draw.below(256)}.${draw.below(256)}`;
  const groups = Array.from({ length: 8 }, () => draw.between(256, 65_535).toString(16));
  return draw.below(2) === 0 ? groups.join(":") : `2001:db8::${groups.slice(0, 3).join(":")}`;
}

function phone(draw: Seeded): string {
  const digits = (length: number): string => draw.digits(length);
  return draw.pick([
    () => `+49 ${draw.between(30, 999)} ${digits(7)}`,
    () => `+1-${draw.between(201, 989)}-${draw.between(200, 999)}-${digits(4)}`,
    () => `(${draw.between(201, 989)}) ${draw.between(200, 999)}-${digits(4)}`,
    () => `+44 7${digits(3)} ${digits(6)}`,
    () => `0${draw.between(30, 99)} ${digits(4)} ${digits(4)}`,
    () => `+33 ${draw.between(1, 9)} ${digits(2)} ${digits(2)} ${digits(2)} ${digits(2)}`,
    () => `${draw.between(201, 989)}.${draw.between(200, 999)}.${digits(4)}`,
    () => `${draw.between(2, 9)}${digits(2)} ${digits(4)}`,
  ])();
}

function wrongCheckDigit(value: string): string {
  const last = Number(value.at(-1));
  return value.slice(0, -1) + String((last + 1) % 10);
}
