import type { z } from 'zod';

/** What is wrong with a file's content, in words: what is missing first, then what is not as it must be. */
export function inWords({ issues }: z.ZodError): string {
  const missing = issues.filter(isMissing).map(({ path }) => path.join('.'));
  const wrong = issues.filter((issue) => !isMissing(issue));
  return [
    ...(missing.length > 0 ? [`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`] : []),
    ...wrong.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message.replace(/^Invalid input: /, '')}`),
  ].join('; ');
}

function isMissing({ message }: { message: string }): boolean {
  return message.endsWith('received undefined');
}
