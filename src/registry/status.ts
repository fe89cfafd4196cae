import { readApproval } from './entries.ts';
import type { ModelPackage } from './packages.ts';

/** What the registry's one approval status means: whose it is, where it comes from, and whether something is wrong with it. */
interface Status {
  readonly words: string;
  readonly warns: boolean;
}

/**
 * The status is the registry's alone. approve-model sets it in the first environment; a person, or the training itself, can set
 * it, too, and only the entry of that environment tells which: `Approved in dev`.
 */
export function statusOf(version: ModelPackage, first: string): Status {
  const { approval } = version;
  const entry = readApproval(version, first).is;
  if (approval === 'Approved')
    return entry === 'read'
      ? { words: `Approved in ${first}`, warns: false }
      : { words: `Approved, but no entry of approve-model tells by whom for ${first}`, warns: true };
  if (approval === 'PendingManualApproval')
    return entry === 'absent'
      ? { words: `${approval}: nobody has approved it yet`, warns: false }
      : {
          words: `${approval}, although approve-model wrote an approval for ${first}: somebody set it back`,
          warns: true,
        };
  return { words: approval, warns: true };
}
