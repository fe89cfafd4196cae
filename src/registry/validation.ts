import { fences, markKey, type Proof, readProof, readWithdrawal } from './entries.ts';
import { called, type ModelPackage, sameGroup } from './packages.ts';

/** What deploy-model deployed. */
export interface Deployed {
  readonly group: string;
  readonly package: string;
  readonly content: string;
  readonly endpoint: string;
  readonly config: string;
  /** The environments in order. */
  readonly promotion_path: readonly string[];
  readonly open: readonly string[];
}

export interface Refusal {
  readonly why: string;
  readonly next: string;
}

/** Only the deployed version itself can be proved: alone behind the live config, with the same content, and withdrawn nowhere. */
export function refusalToProve(served: readonly string[], now: ModelPackage, deployed: Deployed): Refusal | undefined {
  const again = 'run the deploy-model job of this pipeline again.';
  const others = served.filter((arn) => arn.toLowerCase() !== deployed.package.toLowerCase());
  if (served.length === 0)
    return { why: `the models of ${deployed.config} were not made from a model package, or are gone`, next: again };
  if (others.length > 0)
    return { why: `${deployed.config} serves ${others.join(' and ')}, not only ${deployed.package}`, next: again };
  if (!sameGroup(now.group, deployed.group))
    return { why: `${now.arn} is in the group ${now.group}, not in ${deployed.group}`, next: 'start a new pipeline.' };
  if (now.content !== deployed.content)
    return {
      why: `the content of ${called(now)} changed after it was deployed (from ${deployed.content} to ${now.content})`,
      next: 'find out who changed it (CloudTrail, UpdateModelPackage), then start a new pipeline.',
    };
  const withdrawn = deployed.promotion_path.find((each) => readWithdrawal(now.metadata, each).is !== 'absent');
  const rejected = withdrawn
    ? `was withdrawn in ${withdrawn} (${now.metadata[markKey('withdrawn', withdrawn)]})`
    : takenBack(now, deployed);
  if (rejected) return { why: `${called(now)} ${rejected}, and yet it is live`, next: 'deploy another version.' };
  return undefined;
}

/** An approval that somebody took back; a deployment without an approval was never asked for one. */
function takenBack({ approval }: ModelPackage, { open }: Deployed): string | undefined {
  const needed = approval === 'Rejected' || !open.includes('approval');
  return needed && approval !== 'Approved' ? `is ${approval}` : undefined;
}

/** This pipeline's own proof of the same deployment, which need not be written again. */
export function provedAlready(now: ModelPackage, environment: string, wanted: Proof): Proof | undefined {
  const found = readProof(now.metadata, environment);
  if (found.is !== 'read') return undefined;
  const same = (['pipeline', 'content', 'endpoint', 'config', 'open'] as const).every(
    (word) => found.value[word] === wanted[word],
  );
  return same ? found.value : undefined;
}

/** The proof of a deployment, by a job. */
export function proofOf(deployed: Deployed, job: Pick<Proof, 'pipeline' | 'job' | 'at'>): Proof {
  const { content, endpoint, config, open } = deployed;
  return { ...job, content, endpoint, config, ...fences(open) };
}
