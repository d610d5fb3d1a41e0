/**
 * Returns the greatest of any number of numbers. `Math.max(...numbers)` takes as many as fit on the stack, which are
 * about a hundred thousand.
 *
 * @param least - what is returned where none is greater.
 */
export function greatest(numbers: Iterable<number>, least = -Infinity): number {
  let most = least
  for (const number of numbers) if (number > most) most = number
  return most
}
