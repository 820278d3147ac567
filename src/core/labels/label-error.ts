/** What of a label is wrong, and what was probably meant. */
export type Part = {
  readonly wrong: string;
  readonly meant?: string;
  /** It stands in the label's name, not in its value. */
  readonly isName?: true;
};

/** The ways in which a label drops the container that carries it. */
export type LabelErrorCode = 'label-invalid' | 'load-balancer-missing' | 'port-missing' | 'url-with-port';

/** What is wrong with one label. It drops the container that carries it, and no other. */
export class LabelError extends Error {
  readonly code: LabelErrorCode;
  readonly label: string;
  readonly value: string;
  readonly fix: string;
  readonly part: Part | undefined;

  constructor(
    at: {
      readonly label: string;
      readonly value: string;
      readonly code?: LabelErrorCode;
      readonly part?: Part;
    },
    /** The reason alone, without label and value. */
    reason: string,
    fix: string,
  ) {
    super(reason);
    this.name = 'LabelError';
    this.code = at.code ?? 'label-invalid';
    this.label = at.label;
    this.value = at.value;
    this.fix = fix;
    this.part = at.part;
  }
}
