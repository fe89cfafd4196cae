import { compareApprovers } from './approvers.ts';
import type { Compared } from './difference.ts';
import { compareEnvironments } from './environments.ts';
import type { Found } from './found.ts';
import type { Asked } from './places.ts';
import { compareProject } from './project.ts';
import { compareRefs } from './refs.ts';
import { compareResourceGroups } from './resource-groups.ts';
import { compareVariables } from './variables.ts';

/** In the order in which differences are made: what protects comes before what it protects. */
const PARTS: readonly ((asked: Asked, found: Found) => Compared)[] = [
  compareProject,
  compareRefs,
  compareEnvironments,
  compareApprovers,
  compareVariables,
  compareResourceGroups,
];

/** What GitLab has, beside what `setup.yml` asks for. */
export function compare(asked: Asked, found: Found): Required<Compared> {
  const all = PARTS.map((part) => part(asked, found));
  return {
    differences: all.flatMap(({ differences }) => differences),
    leftAlone: all.flatMap(({ leftAlone = [] }) => leftAlone),
    notes: all.flatMap(({ notes = [] }) => notes),
  };
}
