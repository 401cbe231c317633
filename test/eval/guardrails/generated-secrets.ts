import { exampleOf, type Example } from "./example.ts";
import { Seeded } from "./seeded.ts";

const HEX = "0123456789abcdef";
const ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const URL = `${ALNUM}-_`;
const BASE_64 = `${ALNUM}+/`;
const BASE_32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * The published forms as their makers describe them, written here apart from the detectors: `<name> <parts>`, where a part
 * is literal text in quotes, or an alphabet and a length.
 */
type Form = readonly [string, ...(string | readonly [string, number])[]];

const SECRET_FORMS: readonly Form[] = [
  ["secret.aws-access-key", "AKIA", [BASE_32, 16]],
  ["secret.aws-access-key", "ASIA", [BASE_32, 16]],
  ["secret.github", "ghp_", [ALNUM, 36]],
  ["secret.github", "gho_", [ALNUM, 36]],
  ["secret.github", "ghs_", [ALNUM, 36]],
  ["secret.github", "github_pat_", [ALNUM, 22], "_", [ALNUM, 59]],
  ["secret.gitlab", "glpat-", [URL, 20]],
  ["secret.gitlab", "glrt-", [URL, 20]],
  ["secret.slack", "xoxb-", ["0123456789", 12], "-", ["0123456789", 12], "-", [ALNUM, 24]],
  ["secret.slack", "xoxp-", ["0123456789", 11], "-", ["0123456789", 11], "-", ["0123456789", 12], "-", [HEX, 32]],
  ["secret.slack", "xapp-1-A", [UPPER, 10], "-", ["0123456789", 13], "-", [HEX, 64]],
  ["secret.slack-webhook", "hooks.slack.com/services/T", [UPPER, 10], "/B", [UPPER, 10], "/", [ALNUM, 24]],
  ["secret.stripe", "sk_live_", [ALNUM, 24]],
  ["secret.stripe", "sk_test_", [ALNUM, 99]],
  ["secret.stripe", "rk_live_", [ALNUM, 24]],
  ["secret.stripe-webhook", "whsec_", [ALNUM, 32]],
  ["secret.openai", "sk-", [ALNUM, 20], "T3BlbkFJ", [ALNUM, 20]],
  ["secret.openai", "sk-proj-", [URL, 74], "T3BlbkFJ", [URL, 74]],
  ["secret.openai", "sk-svcacct-", [URL, 58], "T3BlbkFJ", [URL, 58]],
  ["secret.anthropic", "sk-ant-api03-", [URL, 93], "AA"],
  ["secret.anthropic", "sk-ant-admin01-", [URL, 93], "AA"],
  ["secret.openrouter", "sk-or-v1-", [HEX, 64]],
  ["secret.google-api", "AIza", [URL, 35]],
  ["secret.google-oauth", "GOCSPX-", [URL, 28]],
  ["secret.huggingface", "hf_", [LETTERS, 34]],
  ["secret.groq", "gsk_", [ALNUM, 52]],
  ["secret.xai", "xai-", [ALNUM, 80]],
  ["secret.nvidia", "nvapi-", [URL, 64]],
  ["secret.replicate", "r8_", [ALNUM, 37]],
  ["secret.perplexity", "pplx-", [ALNUM, 48]],
  ["secret.langsmith", "lsv2_pt_", [HEX, 32], "_", [HEX, 10]],
  ["secret.npm", "npm_", [ALNUM, 36]],
  ["secret.pypi", "pypi-AgEIcHlwaS5vcmc", [URL, 150]],
  ["secret.rubygems", "rubygems_", [HEX, 48]],
  ["secret.docker-hub", "dckr_pat_", [URL, 27]],
  ["secret.digitalocean", "dop_v1_", [HEX, 64]],
  ["secret.sendgrid", "SG.", [URL, 22], ".", [URL, 43]],
  ["secret.mailgun", "key-", [HEX, 32]],
  ["secret.mailchimp", [HEX, 32], "-us12"],
  ["secret.twilio", "SK", [HEX, 32]],
  ["secret.shopify", "shpat_", [HEX, 32]],
  ["secret.square", "sq0atp-", [URL, 22]],
  ["secret.telegram-bot", ["0123456789", 10], ":AA", [URL, 33]],
  ["secret.discord-bot", "MT", [ALNUM, 24], ".G", [URL, 5], ".", [URL, 38]],
  ["secret.linear", "lin_api_", [ALNUM, 40]],
  ["secret.notion", "ntn_", ["0123456789", 11], [ALNUM, 35]],
  ["secret.atlassian", "ATATT3", [URL, 186]],
  ["secret.airtable", "pat", [ALNUM, 14], ".", [HEX, 64]],
  ["secret.hubspot", "pat-na1-", [HEX, 8], "-", [HEX, 4], "-", [HEX, 4], "-", [HEX, 4], "-", [HEX, 12]],
  ["secret.databricks", "dapi", [HEX, 32]],
  ["secret.planetscale", "pscale_tkn_", [URL, 43]],
  ["secret.postman", "PMAK-", [HEX, 24], "-", [HEX, 34]],
  ["secret.pulumi", "pul-", [HEX, 40]],
  ["secret.doppler", "dp.pt.", [ALNUM, 43]],
  ["secret.vault", "hvs.", [URL, 95]],
  ["secret.terraform", [ALNUM, 14], ".atlasv1.", [URL, 67]],
  ["secret.grafana", "glsa_", [ALNUM, 32], "_", [HEX, 8]],
  ["secret.new-relic", "NRAK-", [UPPER, 27]],
  ["secret.sentry", "sntryu_", [HEX, 64]],
  ["secret.age", "AGE-SECRET-KEY-1", ["QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58]],
  ["secret.azure-storage", "AccountKey=", [BASE_64, 86], "=="],
  ["secret.azure-client-secret", [ALNUM, 3], "8Q~", [URL, 34]],
  ["secret.supabase", "sbp_", [HEX, 40]],
  ["secret.figma", "figd_", [URL, 40]],
  ["secret.signalbox", "sk-sb-", [HEX, 12], "-", [URL, 43]],
  ["secret.jwt", "eyJ", [URL, 33], ".eyJ", [URL, 90], ".", [URL, 43]],
  [
    "secret.private-key",
    "-----BEGIN PRIVATE",
    " KEY-----\n",
    [BASE_64, 64],
    "\n",
    [BASE_64, 64],
    "\n-----END PRIVATE",
    " KEY-----",
  ],
  [
    "secret.private-key",
    "-----BEGIN RSA PRIVATE",
    " KEY-----\\n",
    [BASE_64, 64],
    "\\n",
    [BASE_64, 64],
    "\\n-----END RSA PRIVATE",
    " KEY-----",
  ],
];

const SENTENCES = {
  dev: [
    "My key is {} ok?",
    "export KEY={}\n",
    '{"token": "{}"}',
    "Use `{}` please",
    "{}",
    "curl -H 'Authorization: Bearer {}' https://x",
  ],
  "held-out": [
    "the old one ({}) no longer works",
    "- {}\n- other",
    "token:{};",
    "x\\n{}\\ny",
    "I get 401 with {}, why?",
    "<key>{}</key>",
  ],
} as const;

/** So many keys of each form, in sentences of each half. */
export function generatedSecrets(count: number): Example[] {
  return (["dev", "held-out"] as const).flatMap((split, at) => {
    const draw = new Seeded(at + 101);
    return SECRET_FORMS.flatMap(([type, ...parts]) =>
      Array.from({ length: count }, () => {
        const key = parts.map((part) => (typeof part === "string" ? part : draw.text(...part))).join("");
        return exampleOf(draw.pick(SENTENCES[split]), key, { type, split });
      }),
    );
  });
}
