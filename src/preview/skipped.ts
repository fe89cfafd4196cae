import { visibleText } from '../ground/visible-text.ts';
import type { PassedOver } from '../registry/eligibility.ts';

/** As many skipped versions as a person reads. */
const MOST = 3;

/** Newer versions that were skipped, and why: a few lines, and `rest`, which says where the others are. */
export function skippedLines(passedOver: readonly PassedOver[], rest: string): string[] {
  const shown = passedOver.slice(0, MOST).map((each) => visibleText(`skipped: ${skippedWords(each)}`));
  const more = passedOver.length - shown.length;
  return more > 0 ? [...shown, `skipped: ${more} more; ${rest}`] : shown;
}

/** `version 10, because it is not validated in dev`. */
export function skippedWords({ version, why }: PassedOver): string {
  return `version ${version}, because ${why}`;
}
