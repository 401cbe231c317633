import { keyFormat } from "../key-format.ts";

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/** Payments, shops, mail, chat and what offices work with. */
export const BUSINESS_FORMATS = [
  ...["sk_live_", "sk_test_", "rk_live_", "rk_test_", "sk_prod_", "rk_prod_"].map((anchor) =>
    keyFormat("stripe", anchor, "[A-Za-z0-9]{16,247}"),
  ),
  keyFormat("stripe-webhook", "whsec_", "[A-Za-z0-9+/]{32,88}={0,2}"),
  ...["shpat_", "shpca_", "shppa_", "shpss_"].map((anchor) => keyFormat("shopify", anchor, "[0-9A-Fa-f]{32}")),
  keyFormat("square", "sq0atp-", "[A-Za-z0-9_-]{22}"),
  keyFormat("square", "sq0csp-", "[A-Za-z0-9_-]{43}"),
  keyFormat("square", "EAAA", "[A-Za-z0-9_-]{60}"),
  keyFormat("plaid", "access-", `(?:sandbox|development|production)-${UUID}`),
  ...["shippo_live_", "shippo_test_"].map((anchor) => keyFormat("shippo", anchor, "[0-9a-f]{40}")),
  ...["EZAK", "EZTK"].map((anchor) => keyFormat("easypost", anchor, "[A-Za-z0-9]{54}")),
  ...["duffel_live_", "duffel_test_"].map((anchor) => keyFormat("duffel", anchor, "[A-Za-z0-9_=-]{43}")),
  keyFormat("sendgrid", "SG.", "[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}"),
  keyFormat("sendinblue", "xkeysib-", "[0-9a-f]{64}-[A-Za-z0-9]{16}"),
  keyFormat("mailgun", "key-", "(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\\d)[0-9a-f]{32}"),
  keyFormat("twilio", "SK", "[0-9a-f]{32}"),
  keyFormat("slack", "xoxb-", "\\d{8,14}-(?:\\d{8,14}-)?[A-Za-z0-9]{18,34}"),
  ...["xoxp-", "xoxe-", "xoxs-", "xoxo-"].map((anchor) =>
    keyFormat("slack", anchor, "(?:\\d{1,14}-){1,3}[A-Za-z0-9-]{28,170}"),
  ),
  ...["xoxa-", "xoxr-"].map((anchor) => keyFormat("slack", anchor, "(?:\\d-)?[A-Za-z0-9-]{20,80}")),
  keyFormat("slack", "xoxe.xox", "[bp]-\\d-[A-Za-z0-9]{160,170}"),
  keyFormat("slack", "xapp-", "\\d-[A-Z0-9]{8,14}-\\d{8,16}-[0-9a-f]{40,72}"),
  keyFormat("slack-webhook", "hooks.slack.com/", "(?:services|workflows|triggers)/[A-Za-z0-9+/]{40,64}"),
  keyFormat("discord-webhook", "discord.com/api/webhooks/", "\\d{17,20}/[A-Za-z0-9_-]{60,72}"),
  keyFormat("linear", "lin_api_", "[A-Za-z0-9]{40}"),
  keyFormat("notion", "ntn_", "\\d{11}[A-Za-z0-9]{35}"),
  keyFormat("notion", "secret_", "(?=[A-Za-z]*\\d)[A-Za-z0-9]{43}"),
  keyFormat("atlassian", "ATATT3", "[A-Za-z0-9_=-]{150,200}"),
  keyFormat("airtable", "pat", "[A-Za-z0-9]{14}\\.[0-9a-f]{64}"),
  keyFormat("hubspot", "pat-", `(?:na|eu|ap)\\d-${UUID}`),
  keyFormat("contentful", "CFPAT-", "[A-Za-z0-9_-]{43}"),
  keyFormat("typeform", "tfp_", "[A-Za-z0-9_.=-]{59}"),
  keyFormat("figma", "figd_", "[A-Za-z0-9_-]{40}"),
  keyFormat("frame-io", "fio-u-", "[A-Za-z0-9_=-]{64}"),
  ...["FLWSECK_TEST-", "FLWSECK-"].map((anchor) => keyFormat("flutterwave", anchor, "[0-9a-h]{32}-X")),
  ...["EAACEdEose0cBA", "EAAM", "EAAC"].map((anchor) => keyFormat("facebook", anchor, "[A-Za-z0-9]{100,300}")),
];
