/** With which probability an action is taken. */
export type Chance = { readonly action: string; readonly probability: number };

/** A recorded choice whose reward is known, beside what another policy would do with the same request. */
export type LoggedChoice = {
  readonly action: string;
  /** All that chance could have chosen, the action among them; none of them has the probability 0. */
  readonly logged: readonly Chance[];
  /** The same of the other policy. The probabilities add up to 1. */
  readonly target: readonly Chance[];
  /** What came of the action, in any unit. */
  readonly reward: number;
  /** Requests of one kind are taken to be rewarded alike: what the reward model tells apart beside the action. */
  readonly kind: string;
};
