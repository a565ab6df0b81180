/** Lengths in bytes, as programs in C count them. */

/** Whether the text takes more than so many bytes in UTF-8. */
export function isLongerThan(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  // Three bytes at most for each unit of a string.
  return text.length * 3 > bytes && /[^ -~]/.test(text) && new TextEncoder().encode(text).length > bytes;
}
