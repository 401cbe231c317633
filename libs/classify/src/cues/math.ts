import type { CueList } from "../classifier-document.ts";
import { phrases } from "./phrases.ts";

export const MATH_CUES: CueList = {
  1: phrases(
    "distance, speed, velocity, km, meters, miles, kg, mass, volume, interest, dollars, celsius, temperature, voltage, total, sum, average, number, percent, cost, costs, each, twice, half, per, length, width, height, remaining, altogether",
  ),
  2: phrases(
    "calculate, compute, equation, fraction, divide, divided, multiply, multiplied, percentage, ratio, triangle, circle, radius, diameter, perimeter, angle, integer, integers, digits, polynomial, quadratic, vector, matrix, probability, dice, median, variance, square root, remainder, how much, how many, modulo, logarithm, factorial, coefficient, berechne, calcule, calcula, calcola, wie viele, combien, cuántos, cuántas, quanti, quantos, сколько, 多少, いくつ, 몇",
  ),
  3: phrases(
    "概率, 为多少, 求出, integral, derivative, differentiate, integrate, theorem, lemma, prime numbers, prime number, real numbers, complex number, eigenvalue, eigenvalues, arithmetic, algebra, geometry, calculus, trigonometry, combinatorics, permutation, permutations, binomial, expected value, standard deviation, solve for x, find x, greatest common divisor, least common multiple, hypotenuse, sin, cos, tan, mathematics, math, maths, gleichung, équation, ecuación, equazione, equação, уравнение, 方程, 方程式, 方程を, 积分, 導関数",
  ),
  5: phrases(
    "solve the equation, solve for, find the value of, what is the value of, evaluate the integral, compute the, simplify the expression, find the sum, find the derivative, how many ways, find all solutions, system of equations, square meters, solve this equation, löse die gleichung, résous l'équation, resuelve la ecuación, решите уравнение, 解方程, 求解, 計算して, prove that, beweise dass, démontre que, demuestra que, 证明",
  ),
};
