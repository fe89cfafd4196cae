import { dirname } from 'node:path';
import type { Env } from '../../src/ground/env.ts';
import { WordsMistake } from '../options.ts';
import { gitlabOfOrigin } from './origin.ts';

/** What tells of which GitLab a person is a user. */
export interface Knows {
  /** Where setup.yml is. */
  readonly file: string;
  /** The address that the option --gitlab names. */
  readonly named: string | undefined;
  readonly env: Env;
}

/**
 * Refuses a GitLab that nobody but setup.yml names: a merge request can change that file, and whoever runs the command would send
 * their token there. Throws WordsMistake.
 */
export function refuseUnknown(gitlab: string, { file, named, env }: Knows): void {
  const { origin } = new URL(gitlab);
  if (named !== undefined) {
    if (originOf(named) === origin) return;
    throw refusal(gitlab, file, `--gitlab names ${named}`);
  }
  if (originOf(env.CI_SERVER_URL ?? '') === origin) return;
  const cloned = gitlabOfOrigin(dirname(file));
  if (cloned === origin) return;
  throw refusal(
    gitlab,
    file,
    cloned === undefined
      ? `${dirname(file)} is in no clone whose remote "origin" is of a GitLab`
      : `the clone that it is in is of ${cloned}`,
  );
}

/** The option with which the commands take an address that a person gave, where the clone around the file is of another GitLab. */
export function gitlabWords(gitlab: string, file: string): string {
  return gitlabOfOrigin(dirname(file)) === new URL(gitlab).origin ? '' : ` --gitlab ${gitlab}`;
}

function originOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).origin : undefined;
}

function refusal(gitlab: string, file: string, because: string): WordsMistake {
  return new WordsMistake(
    `${file} says "gitlab: ${gitlab}", and ${because}: GITLAB_TOKEN was not sent. Next: if ${gitlab} is your GitLab, add --gitlab ${gitlab}. If not, find out who changed the file.`,
  );
}
