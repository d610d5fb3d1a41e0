/** How the values of one metric spread over the runs of a side. */
export interface Spread {
  n: number
  mean: number
  /** Sample standard deviation, with n − 1; absent for fewer than two values. */
  deviation?: number
}

/** How a metric spreads on both sides, and what that says of the difference of their means. */
export interface MetricSpread {
  base?: Spread
  head?: Spread
  /** The 95 % interval of head − base, by Welch; absent where a side has fewer than two values. */
  interval?: [low: number, high: number]
  /** Whether the interval holds 0: seeds alone may make such a difference. */
  isNoise?: boolean
}

/** Describes values; undefined for none. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const n = values.length
  if (n === 0) return undefined
  const mean = values.reduce((sum, value) => sum + value / n, 0)
  if (n === 1) return { n, mean }
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { n, mean, deviation: Math.sqrt(squares / (n - 1)) }
}

/**
 * Returns the 95 % interval of the difference of two means, for samples of unequal variance: Welch's t with the degrees
 * of freedom of Welch and Satterthwaite (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.3; B. L. Welch,
 * Biometrika 34, 1947).
 *
 * @returns undefined where a side has fewer than two values, or one that is not finite.
 */
export function welchInterval(base: Spread, head: Spread): [low: number, high: number] | undefined {
  if (base.deviation === undefined || head.deviation === undefined) return undefined
  const [a, b] = [base.deviation ** 2 / base.n, head.deviation ** 2 / head.n]
  const difference = head.mean - base.mean
  if (!Number.isFinite(a + b + difference)) return undefined
  if (a + b === 0) return [difference, difference]
  // As shares of the sum, so that tiny variances do not vanish when they are squared.
  const [x, y] = [a / (a + b), b / (a + b)]
  const degrees = 1 / (x ** 2 / (base.n - 1) + y ** 2 / (head.n - 1))
  const half = studentQuantile(0.975, degrees) * Math.sqrt(a + b)
  return [difference - half, difference + half]
}

/**
 * Returns the quantile of Student's t distribution, by halving an interval of its distribution function.
 *
 * @param p - above 0.5 and below 1.
 * @param degrees - 1 or more, not necessarily whole.
 */
export function studentQuantile(p: number, degrees: number): number {
  let [low, high] = [0, 1]
  while (studentUpper(high, degrees) > 1 - p) high *= 2
  for (let round = 0; round < 80; round++) {
    const middle = (low + high) / 2
    if (studentUpper(middle, degrees) > 1 - p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

// P(T > t) for t >= 0: half the regularised incomplete beta function at ν / (ν + t²) (DLMF 8.17.20 and around).
function studentUpper(t: number, degrees: number): number {
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
}

// The continued fraction of DLMF 8.17.22, evaluated by Lentz's method; it converges fast below (a + 1) / (a + b + 2).
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x))
  let [c, d, fraction] = [1, 1 - ((a + b) * x) / (a + 1), 1]
  d = 1 / d
  fraction = d
  for (let m = 1; m < 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / (1 + even * d)
    c = 1 + even / c
    fraction *= c * d
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / (1 + odd * d)
    c = 1 + odd / c
    fraction *= c * d
    if (Math.abs(c * d - 1) < 1e-15) break
  }
  return (front * fraction) / a
}

// Stirling's series (DLMF 5.11.1), after the argument was raised to where it is exact to the last digits.
function logGamma(x: number): number {
  let [z, shift] = [x, 0]
  while (z < 15) {
    shift += Math.log(z)
    z += 1
  }
  const series = 1 / (12 * z) - 1 / (360 * z ** 3) + 1 / (1260 * z ** 5) - 1 / (1680 * z ** 7)
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - shift
}
