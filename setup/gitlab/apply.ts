import type { SetupPlan } from '../setup-plan.ts';
import type { GitLabClient } from './client.ts';
import type { Difference } from './difference.ts';
import { pathOf } from './found.ts';
import { Refusal, type Why } from './refusal.ts';

interface Work {
  readonly plan: SetupPlan;
  readonly client: GitLabClient;
  print(line: string): void;
}

/** After these, nothing else would be done either. */
const FOR_ALL: readonly Why[] = ['token', 'scope', 'moved', 'busy', 'not GitLab', 'unreachable'];

/**
 * Makes what differs, one after the other, and goes on after a refusal with what does not depend on it. Each is done or not:
 * running again does the rest. Throws a Refusal that every other change would meet.
 */
export async function apply(differences: readonly Difference[], { plan, client, print }: Work): Promise<void> {
  const notMade = new Set<string>();
  for (const [at, difference] of differences.entries()) {
    const { name, changes, needs = [] } = difference;
    const missing = needs.filter((each) => notMade.has(each));
    if (missing.length > 0) print(`NOT MADE ${titleOf(difference)}: first, this must be right: ${missing.join(', ')}`);
    else if (changes.length > 0) {
      const refusal = await refusalTo(difference, { plan, client, print });
      if (!refusal) continue;
      if (FOR_ALL.includes(refusal.why)) {
        for (const left of differences.slice(at + 1)) print(`NOT MADE ${titleOf(left)}`);
        throw refusal;
      }
    }
    notMade.add(name);
  }
}

/** Makes one; what GitLab answers when it does not. */
async function refusalTo(difference: Difference, { plan, client, print }: Work): Promise<Refusal | undefined> {
  try {
    for (const change of difference.changes) await client.change(pathOf(plan.project), change);
    print(`made ${titleOf(difference)}: ${difference.wanted}`);
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    print(`REFUSED ${titleOf(difference)}: GitLab answered ${error.message}`);
    return error;
  }
}

const titleOf = ({ page, title }: Difference) => `${page}: ${title}`;
