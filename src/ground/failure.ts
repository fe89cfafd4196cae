import { EXIT_CODES, FAILURE_CODES, type FailureCode } from './failure-codes.ts';

/**
 * A failure that we understand: which message it is, what happened, and what to do next. Anything else that is thrown
 * is a defect, or an error of AWS.
 */
export class Failure extends Error {
  /** What people search for: it is in the log and in docs/troubleshooting.md. */
  readonly code: FailureCode;
  /** The next click or command; printed as the last line of the log. */
  readonly next: string;

  constructor(code: FailureCode, what: string, next: string, cause?: unknown) {
    super(what, { cause });
    this.name = 'Failure';
    this.code = code;
    this.next = next;
  }

  /** The message with its code, as logs and reports show it. */
  get coded(): string {
    return `${this.code}: ${this.message}`;
  }

  get exitCode(): number {
    return EXIT_CODES[FAILURE_CODES[this.code]];
  }
}
