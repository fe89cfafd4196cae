/** The variables of a process, passed in. */
export type Env = Readonly<Record<string, string | undefined>>;
