import type { CueList } from "../classifier-document.ts";
import { phrases } from "./phrases.ts";

export const REASONING_CUES: CueList = {
  1: phrases(
    "why, because, therefore, cause, causes, explain, effect, impact, implications, decide, strategy, plan, if, true, false, argument, evidence, statement, statements, hypothesis, likely, choose",
  ),
  2: phrases(
    "what could be the reason, what could be the reasons, how would, what if, do you think, compare, contrast, analyze, analyse, evaluate, assess, critique, justify, deduce, infer, logically, logic, puzzle, riddle, conclude, conclusion, premise, premises, contradiction, assumption, assumptions, consequences, advantages, disadvantages, diagnose, recommend, prioritize, root cause, which option, warum, pourquoi, por qué, perché, por que, почему, 为什么, なぜ, 왜, vergleiche, compara, comparez, comparer, confronta, сравни, 比较, 比較",
  ),
  3: phrases(
    "explain your reasoning, reasoning steps, relationship between, does not belong, superforecaster, forecast, hypothetical, trade-offs, trade offs, tradeoffs, trade-off, tradeoff, pros and cons, step by step, chain of thought, which of the following, multiple choice, thought experiment, counterfactual, fallacy, syllogism, ethical, dilemma, what would happen, how would you approach, design a system, system design, who is lying, knights and knaves, valid or invalid, is the following, can we conclude, does it follow, better choice, best strategy, vor- und nachteile, vor und nachteile, avantages et inconvénients, ventajas y desventajas, 优缺点, 逻辑, 推理, 논리",
  ),
  5: phrases(
    "logic puzzle, logical reasoning, reason about, reason through, solve the puzzle, solve this puzzle, solve the riddle, answer the riddle, compare and contrast, analyze the following argument, evaluate the argument, make a decision between, should we choose, which is the best option, critically evaluate, critically analyze, cause and effect",
  ),
};
