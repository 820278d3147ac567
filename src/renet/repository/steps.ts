/** A piece of work that is done, with what it took. */
export type Step = { readonly title: string; readonly seconds: number };

/** Does pieces of work one after the other, prints what each took, and remembers it. */
export class Steps {
  readonly done: Step[] = [];
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  async take<T>(title: string, work: () => Promise<T>): Promise<T> {
    const begin = performance.now();
    const result = await work();
    this.add({ title, seconds: (performance.now() - begin) / 1000 });
    return result;
  }

  add(step: Step): void {
    this.done.push(step);
    this.#print(`${step.title.padEnd(WIDTH)} ${step.seconds.toFixed(1).padStart(6)} s`);
  }
}

const WIDTH = 40;
