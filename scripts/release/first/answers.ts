import { parseArgs } from 'node:util';

/** What somebody has to say before a first release. */
export interface Answers {
  /** The address of GitLab, without a slash at its end. */
  readonly gitlab: string;
  readonly project: string;
  /** The registry that runners pull from, with its path if it has one. */
  readonly pull: string;
  readonly publish: string;
  readonly npm: string;
  /** `file`, or the address of a key in a KMS. */
  readonly key: string;
}

export interface Question {
  readonly name: keyof Answers;
  readonly asks: string;
  readonly right: RegExp;
  /** How a right answer looks. */
  readonly form: string;
}

const registry = /^[a-z0-9][a-z0-9.-]*\.[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/;
const address = /^(https:\/\/\w[\w.-]*(:\d+)?|http:\/\/127\.0\.0\.1:\d+)(\/[\w./-]+[\w-])?$/;

export const QUESTIONS: readonly Question[] = [
  {
    name: 'gitlab',
    asks: 'Address of GitLab',
    right: address,
    form: 'must begin with https:// and end without a slash, like https://gitlab.agency.example',
  },
  {
    name: 'project',
    asks: 'Path of this project on GitLab',
    right: /^\w[\w.-]*(\/[\w.-]+)+$/,
    form: 'must be a path, like group/catalog, without a host',
  },
  {
    name: 'pull',
    asks: 'Registry from which runners pull images',
    right: registry,
    form: 'must be a host with its path if it has one, like registry.agency.example/docker, without https://',
  },
  {
    name: 'publish',
    asks: 'Registry to which images are pushed',
    right: registry,
    form: 'must be a host with its path if it has one, like registry.agency.example/docker, without https://',
  },
  {
    name: 'npm',
    asks: 'npm registry that runners reach',
    right: /^(https:\/\/[\w.-]+(:\d+)?|http:\/\/127\.0\.0\.1:\d+)(\/[\w./-]*)?$/,
    form: 'must begin with https://, like https://registry.agency.example/npm/',
  },
  {
    name: 'key',
    asks: 'Signing key: "file", or its address in a KMS',
    // It stands in commands that somebody copies: a shell takes these characters as they are.
    right: /^(file|(awskms|gcpkms|azurekms|hashivault):\/\/[\w./:@-]+)$/,
    form: 'must be file, or an address like awskms:///alias/sagemaker-components',
  },
];

/** What is wrong with an answer, in a sentence; nothing when it is right. */
export function wrongWith({ right, form }: Question, answer: string): string | undefined {
  if (answer === '') return 'An answer is needed.';
  return right.test(answer) ? undefined : `"${answer}" ${form}.`;
}

/** The answers that the options of a command line give, or each mistake in them. */
export function readOptions(words: readonly string[]): { given: Partial<Answers> } | { mistakes: string[] } {
  const options = Object.fromEntries(QUESTIONS.map(({ name }) => [name, { type: 'string' } as const]));
  try {
    const { values } = parseArgs({ args: [...words], options });
    const given = QUESTIONS.flatMap((each) => {
      const value = values[each.name];
      return typeof value === 'string' ? [[each, value] as const] : [];
    });
    const mistakes = given.flatMap(([question, value]) => {
      const wrong = wrongWith(question, value);
      return wrong === undefined ? [] : [`--${question.name}: ${wrong}`];
    });
    if (mistakes.length > 0) return { mistakes };
    return { given: Object.fromEntries(given.map(([{ name }, value]) => [name, value])) };
  } catch (error) {
    return { mistakes: [firstSentence(error)] };
  }
}

/** What Node says of a wrong option, without its advice. */
export function firstSentence(error: unknown): string {
  return error instanceof Error ? `${error.message.split(/\. |\n/)[0]?.replace(/\.$/, '')}.` : String(error);
}

/** Whether nothing is missing. */
export function isComplete(given: Partial<Answers>): given is Answers {
  return missingIn(given).length === 0;
}

export function missingIn(given: Partial<Answers>): Question[] {
  return QUESTIONS.filter(({ name }) => given[name] === undefined);
}
