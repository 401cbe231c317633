/** What differs between the models behind this wire in what they take. Model names are those of Anthropic, dots or dashes alike. */
export type ModelTraits = {
  /** How thinking is asked for: by a budget of tokens, by an effort that the model heeds as it likes, or not at all. */
  readonly thinking: "budget" | "adaptive" | "none";
  /** Whether thinking can be switched off. */
  readonly thinkingOff: boolean;
  /** Whether `temperature`, `top_p` and `top_k` are known; where they are not, they are answered with 400. */
  readonly sampling: boolean;
  /** Whether `temperature` and `top_p` may both be set. */
  readonly bothSampling: boolean;
  /** Whether the effort `xhigh` is known. */
  readonly xhigh: boolean;
  /** Whether `output_config.format` and strict tools are known. */
  readonly structured: boolean;
  /** Whether a tool may be forced. */
  readonly forcedTools: boolean;
  /** Whether the conversation may end with the model's own words, which it then goes on with. */
  readonly prefill: boolean;
  /** Whether system text may stand between turns. */
  readonly systemTurns: boolean;
};

/** Claude from Opus 4.7 on, and any that comes after this was written. */
const NEWEST: ModelTraits = {
  thinking: "adaptive",
  thinkingOff: true,
  sampling: false,
  bothSampling: false,
  xhigh: true,
  structured: true,
  forcedTools: true,
  prefill: false,
  systemTurns: true,
};

/** Other vendors' models behind this wire, and Claude 4 as it was first. */
const FIRST: ModelTraits = {
  ...NEWEST,
  thinking: "budget",
  sampling: true,
  bothSampling: true,
  xhigh: false,
  structured: false,
  prefill: true,
  systemTurns: false,
};

/** The first that matches a name holds (https://platform.claude.com/docs/en/build-with-claude/thinking and its neighbours). */
const TRAITS: readonly (readonly [name: RegExp, traits: ModelTraits])[] = [
  [/claude-(instant|v?[12]\b|3-(5|haiku|opus|sonnet))/, { ...FIRST, thinking: "none" }],
  [/claude-3-7/, FIRST],
  [/claude-(opus-4-[15]|sonnet-4-5|haiku-4-5)\b/, { ...FIRST, bothSampling: false, structured: true }],
  [
    /claude-(opus|sonnet)-4-6\b/,
    { ...FIRST, bothSampling: false, thinking: "adaptive", structured: true, prefill: false },
  ],
  [/claude-(opus-4-7|sonnet-5)(?!-\d\b)/, { ...NEWEST, systemTurns: false }],
  [/claude-(opus|sonnet|fable|mythos)-5-\d\b/, { ...NEWEST, thinkingOff: false, forcedTools: false }],
  [/claude-(fable|mythos)/, { ...NEWEST, thinkingOff: false }],
  [/claude-(opus|sonnet)-4(?!-[78]\b)/, FIRST],
  [/claude-/, NEWEST],
];

export function traitsOf(model: string): ModelTraits {
  const name = model.toLowerCase().replaceAll(".", "-");
  return TRAITS.find(([pattern]) => pattern.test(name))?.[1] ?? FIRST;
}
