/** What a check of the first release came to. Only what was seen to hold is `ok`. */
export interface Finding {
  readonly is: 'ok' | 'to do' | 'not seen';
  /** What it is about, such as `NODE_IMAGE`. */
  readonly about: string;
  readonly what: string;
  /** An action; absent where nothing is left to do. */
  readonly next?: string;
}

export const ok = (about: string, what: string): Finding => ({ is: 'ok', about, what });
export const toDo = (about: string, what: string, next: string): Finding => ({ is: 'to do', about, what, next });
export const notSeen = (about: string, what: string, next: string): Finding => ({ is: 'not seen', about, what, next });

/** A program that has ended. */
export interface Ended {
  /** Missing when there is no such program. */
  readonly exit: number | undefined;
  readonly out: string;
  readonly error: string;
}

/** What the checks look at, passed in. */
export interface World {
  readonly run: (program: string, args: readonly string[]) => Promise<Ended>;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The repository's folder, with a slash at its end. */
  readonly folder: string;
}
