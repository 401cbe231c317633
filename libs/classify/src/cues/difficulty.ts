import type { CueList } from "../classifier-document.ts";
import { phrases } from "./phrases.ts";

export const REASONING_DEMAND_CUES: CueList = {
  1: phrases(
    "prove, proof, derive, derivation, rigorous, rigorously, formally, justify, optimal, optimize, optimise, minimize, maximize, trade-offs, trade offs, tradeoffs, tradeoff, edge cases, in depth, in detail, thoroughly, comprehensive, step by step, counterexample, critically, compare and contrast, root cause, architecture, think carefully, show your work, necessary and sufficient, worst case, time complexity, from first principles, beweise, beweis, leite her, schritt für schritt, démontre, démontrer, étape par étape, demuestra, demostrar, paso a paso, dimostra, passo a passo, докажи, докажите, пошагово, 证明, 推导, 逐步, 証明, 증명",
  ),
};

export const HARD_TOPIC_CUES: CueList = {
  1: phrases(
    "theorem, lemma, conjecture, topology, manifold, homomorphism, isomorphism, galois, riemann, hilbert, banach, eigenvalue, eigenvalues, differential equation, differential equations, stochastic, markov, bayesian, np-hard, np hard, np-complete, np complete, dynamic programming, concurrency, concurrent, race condition, deadlock, lock-free, lock free, distributed, consensus, raft, paxos, byzantine, linearizability, linearizable, exactly-once, sharding, compiler, kernel, cryptography, cryptographic, zero-knowledge, zero knowledge, quantum, relativity, thermodynamics, electromagnetism, organic chemistry, stoichiometry, pharmacokinetics, jurisprudence, constitutional, econometrics, gradient, backpropagation, convex, lagrangian, hamiltonian, fourier, laplace, tensor, asymptotic, amortized, red-black tree, segment tree, suffix array, memory model, garbage collector, type system, formal verification, satz, théorème, teorema, теорема, 定理",
  ),
};

export const EXPLANATION_CUES: CueList = {
  1: phrases(
    "explain, describe, why, how does, how do, how would, how can, what is the difference, difference between, compare, discuss, reasons, causes, summarize the argument, erkläre, warum, unterschied, explique, pourquoi, différence, explica, por qué, diferencia, spiega, perché, explique, объясни, почему, 解释, 为什么, 区别, 説明, 설명",
  ),
};

export const CONSTRAINT_CUES: CueList = {
  1: phrases(
    "must, must not, should not, at least, at most, exactly, no more than, no less than, no fewer than, without, only, ensure, make sure, do not, avoid, except, unless, limit, between, within, requirement, requirements, constraint, constraints, constant space, in place, o n, o 1, handle, support, validate, each, every, muss, ohne, mindestens, höchstens, genau, nur, sans, seulement, au moins, au plus, doit, sin, solo, al menos, debe, senza, almeno, deve, sem, apenas, pelo menos, не более, не менее, только, без, 必须, 不超过, 至少, 只能",
  ),
};

export const EASY_CUES: CueList = {
  1: phrases(
    "hello, hi, hey, thanks, thank you, good morning, good evening, good night, how are you, what is your name, who are you, what time, briefly, in one word, in one sentence, in a sentence, yes or no, one word, quick question, simple, simply, like i'm five, eli5, hallo, guten tag, danke, bonjour, salut, merci, hola, gracias, buenos días, ciao, grazie, olá, obrigado, привет, спасибо, 你好, 谢谢, こんにちは, ありがとう, 안녕, 안녕하세요",
  ),
};
