/** A piece of work that is done, with what it took. */
export type Step = { readonly title: string; readonly seconds: number };

/** Does pieces of work, prints what each took, and remembers it. */
export class Steps {
  readonly done: Step[] = [];
  readonly #print: (line: string) => void;
  readonly #width: number;

  /** @param width of the column of titles */
  constructor(print: (line: string) => void, width = 40) {
    this.#print = print;
    this.#width = width;
  }

  async take<T>(title: string, work: () => Promise<T>): Promise<T> {
    const begin = performance.now();
    const result = await work();
    this.add({ title, seconds: (performance.now() - begin) / 1000 });
    return result;
  }

  add(step: Step): void {
    this.done.push(step);
    this.#print(`${step.title.padEnd(this.#width)} ${step.seconds.toFixed(1).padStart(6)} s`);
  }
}
