const WIDTH = 30;

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

/** A line for a terminal: `  uploading renet [######----] 20 %, 30 of 151 MB`. */
export function progressBar(what: string, done: number, all: number): string {
  const share = all === 0 ? 1 : Math.min(done / all, 1);
  const bar = '#'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '-');
  return `  ${what} [${bar}] ${Math.floor(share * 100)} %, ${megabytes(done)} of ${megabytes(all)} MB`;
}
