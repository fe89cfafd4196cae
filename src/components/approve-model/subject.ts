import { environmentBefore } from '../../registry/eligibility.ts';
import { readBuild, readValidation } from '../../registry/entries.ts';
import { displayName, type ModelPackage } from '../../registry/packages.ts';

/** Where a verdict is given: the environment, and the environments in order. */
interface VerdictPlace {
  readonly environment: string;
  readonly path: readonly string[];
}

/**
 * Which version a verdict is about, and where it comes from: `ResalePriceModelGroup version 3, built by pipeline 90 from
 * commit 8b1a9953c461, validated in dev by pipeline 90`.
 */
export function subjectOf(version: ModelPackage, place: VerdictPlace): string {
  return [displayName(version), originOf(version), ...passageOf(version, place)].join(', ');
}

function originOf(version: ModelPackage): string {
  const built = readBuild(version);
  if (built.is === 'read')
    return `built by pipeline ${built.value.pipeline} from commit ${built.value.commit.slice(0, 12)}`;
  const told = version.commit === undefined ? '' : `; its training names the commit ${version.commit.slice(0, 12)}`;
  return `registered by ${version.createdBy ?? 'nobody knows whom'}${told}`;
}

/** The environment before this one; none before the first, and none for an environment that is not on the path. */
function passageOf(version: ModelPackage, place: VerdictPlace): string[] {
  const before = place.path.includes(place.environment) ? environmentBefore(place) : undefined;
  if (before === undefined) return [];
  const validation = readValidation(version, before);
  return validation.is === 'read'
    ? [`validated in ${before} by pipeline ${validation.value.pipeline}`]
    : [`not validated in ${before}`];
}
