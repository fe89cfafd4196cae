import type { Change } from './client.ts';

/** The pages of GitLab on which a person finds the settings. */
type Page =
  | 'Settings > General'
  | 'Settings > CI/CD > Variables'
  | 'Settings > CI/CD > Protected environments'
  | 'Settings > Repository > Protected branches'
  | 'Settings > Repository > Protected tags'
  | 'Build > Pipeline editor'
  | 'Code > Branches'
  | 'Manage > Members'
  | 'Operate > Environments'
  | 'Resource groups (in the API only)';

/** A setting that is not as `setup.yml` asks for. */
export interface Difference {
  readonly page: Page;
  /** What it is about, as no other is: those that need it name it. */
  readonly name: string;
  /** As that page names it. */
  readonly title: string;
  /** What follows its title: `is missing`. */
  readonly found: string;
  /** What it should be; absent where only a person can say. */
  readonly wanted?: string;
  /** What makes it right, in this order; empty where only a person can. */
  readonly changes: readonly Change[];
  /** What a person does, where only they can. */
  readonly next?: string;
  /** The names of those without which it must not be made. */
  readonly needs?: readonly string[];
}

/** What a part of the settings is, beside what it should be. */
export interface Compared {
  readonly differences: readonly Difference[];
  /** What is right in another way than this tool would make it, or stricter: left alone. */
  readonly leftAlone?: readonly string[];
  /** What may be meant so, and a person should look at. */
  readonly notes?: readonly string[];
}

/** A difference in a line. */
export function sayingOf({ title, found, wanted }: Pick<Difference, 'title' | 'found' | 'wanted'>): string {
  return wanted === undefined ? `${title} ${found}` : `${title} ${found}, and should be ${wanted}`;
}
