/** Decodes a text as often as somebody else may: until nothing is left to decode. */
export function decodeAll(text: string): string {
  try {
    const decoded = decodeURIComponent(text)
    return decoded === text ? text : decodeAll(decoded)
  } catch {
    return text
  }
}
