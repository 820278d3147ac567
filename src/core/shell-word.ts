/** A word as a POSIX shell must read it. */
export function shellWord(word: string): string {
  return /^[a-z0-9_./:=@%+,-]+$/i.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
