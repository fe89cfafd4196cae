/**
 * How a person sets a safety input to true once: the end of a sentence. No CI/CD variable reaches it, and a job that
 * runs again has the words of its own pipeline, so only a commit can.
 */
export function onceInTheInclude(input: string): string {
  return `commit ${input}: true under "inputs:" of the include on this branch, and take it out again when the pipeline of that commit has ended`;
}
