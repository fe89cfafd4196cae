import { openSafetyInputs, readValidation, type ValidationEntry } from './entries.ts';
import { flawOf } from './flaw.ts';
import type { ModelPackage } from './packages.ts';

/** What deploy-model deployed. */
export interface DeployedVersion {
  readonly group: string;
  readonly package: string;
  readonly content: string;
  readonly endpoint: string;
  readonly config: string;
  /** The environments in order. */
  readonly promotion_path: readonly string[];
  readonly open: readonly string[];
  /** What the bake showed, where the endpoint file gives a strategy. */
  readonly bake?: ValidationEntry['bake'];
}

export interface ValidationRefusal {
  readonly why: string;
  readonly next: string;
  /** The version is live, and should not be. */
  readonly unwanted?: true;
}

/**
 * Only the deployed version itself can be validated: alone behind the live config, with the same content, and withdrawn
 * nowhere.
 */
export function refusalToValidate(
  served: readonly string[],
  now: ModelPackage,
  deployed: DeployedVersion,
): ValidationRefusal | undefined {
  const again = 'run the deploy-model job of this pipeline again.';
  const others = served.filter((arn) => arn.toLowerCase() !== deployed.package.toLowerCase());
  if (served.length === 0)
    return {
      why: `the config ${deployed.config} or its model was deleted, created again, or not created from a model package`,
      // deploy-model refuses what serves under its own name and is not what it made.
      next: 'to go back to the release before, start rollback-endpoint. To deploy this version again under new names, set another name_prefix, and push.',
    };
  if (others.length > 0)
    return { why: `${deployed.config} serves ${others.join(' and ')}, not only ${deployed.package}`, next: again };
  const refusal = refusalOfLive(now, deployed);
  return refusal && { ...refusal, why: `${refusal.why}, but it is live`, unwanted: true };
}

/** Why a version that is live should not be: somebody withdrew, rejected or changed it since it was approved. */
export function refusalOfLive(
  now: ModelPackage,
  deployed: Pick<DeployedVersion, 'group' | 'content' | 'promotion_path' | 'open'>,
): ValidationRefusal | undefined {
  const { group, content, promotion_path: environments } = deployed;
  const flaw = flawOf(now, { group, content, environments });
  if (flaw) return { why: flaw.why, next: flaw.next };
  const takenBack = approvalTakenBack(now, deployed);
  return takenBack ? { why: takenBack, next: 'promote another version.' } : undefined;
}

/** Why the approval is no longer valid. Without require_approval there was none: then only a rejection counts. */
function approvalTakenBack({ approval }: ModelPackage, { open }: Pick<DeployedVersion, 'open'>): string | undefined {
  const needed = approval === 'Rejected' || !open.includes('approval');
  return needed && approval !== 'Approved' ? `it is ${approval}` : undefined;
}

/** This pipeline's own validation of the same deployment, which need not be written again. */
export function validatedAlready(
  now: ModelPackage,
  environment: string,
  wanted: ValidationEntry,
): ValidationEntry | undefined {
  const found = readValidation(now, environment);
  if (found.is !== 'read') return undefined;
  const same = (['pipeline', 'content', 'endpoint', 'config', 'bake', 'open'] as const).every(
    (word) => found.value[word] === wanted[word],
  );
  return same ? found.value : undefined;
}

/** The validation of a deployment, by a job. */
export function validationEntry(
  deployed: DeployedVersion,
  job: Pick<ValidationEntry, 'pipeline' | 'job' | 'at'>,
): ValidationEntry {
  const { content, endpoint, config, bake, open } = deployed;
  return { ...job, content, endpoint, config, ...(bake && { bake }), ...openSafetyInputs(open) };
}
