const reference = /\$([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)\}|%([A-Za-z_]\w*)%/g;

type Variables = Readonly<Record<string, string>>;

/** Variables in an include's address: what is not known becomes nothing. */
export function expandAll(text: string, variables: Variables): string {
  return replace(text, variables, () => '');
}

/** `expand_vars`: what is not known, such as a variable of one environment only, stays as it is written. */
export function expandExisting(text: string, variables: Variables): string {
  return replace(text, variables, (written) => written);
}

function replace(text: string, variables: Variables, unknown: (written: string) => string): string {
  return text.replaceAll(reference, (written, plain?: string, braced?: string, percent?: string) => {
    const value = variables[plain ?? braced ?? percent ?? ''];
    return value ?? unknown(written);
  });
}
