/** Lets what this process asks of a host be answered at another address. */
export function answerAt(host: string, at: string): void;
