import type { GitLab } from '../../emulator/gitlab.ts';
import { describedByFile, hostOf } from '../components/gitlab-file.ts';
import { LABELLED } from '../components/labelled.ts';
import type { Place } from './stage.ts';

/** What differs from the example's labelled data and quality file. */
export type LabelledChange = (files: typeof LABELLED) => Readonly<Record<string, string | Uint8Array>>;

/** The commit of a job has the example's labelled data and quality file, changed as this says. */
export function commitLabelled({ emulator }: Pick<Place, 'emulator'>, change?: LabelledChange): Promise<GitLab> {
  return hostOf(emulator, { ...LABELLED, ...change?.(LABELLED) });
}

/** The same, as what a row does. */
export const labelled =
  (change?: LabelledChange) =>
  async (place: Place): Promise<void> =>
    void (await commitLabelled(place, change));

/** A job that reads the files of its commit. */
export function readsCommit({ emulator }: Place) {
  const { claims, env } = describedByFile(emulator);
  return { ...(claims && { claims }), ...(env && { env }) };
}
