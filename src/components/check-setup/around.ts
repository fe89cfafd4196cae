import { inItsOwnWords } from '../../ground/error-parts.ts';
import type { Context } from '../../program/context.ts';
import type { Surroundings } from '../../program/surroundings.ts';
import { asksForProtection } from '../../registry/approval.ts';
import type { SetupFinding } from './finding.ts';
import type { CheckedNames } from './names.ts';

type Around = Pick<Context, 'aws' | 'clock' | 'job' | 'mergeRequestsOf' | 'surroundings'>;

/** What is found about the job itself: who it is, where it runs, and what it reaches. */
export async function lookAround(names: CheckedNames, context: Around): Promise<SetupFinding[]> {
  const { job } = context;
  const around = await context.surroundings();
  return [
    token(context),
    branch(names, context),
    environmentOf(context),
    { name: 'role', is: 'right', why: `AWS knows this job as ${around.caller.replace(/\/[^/]*$/, '')}` },
    account(names, around),
    { name: 'region', is: 'right', why: `STS answered in ${names.region}` },
    lastingKeys(around, job.verified),
    image(around),
    ...network(around),
    await clockOf(context),
    await gitlabApi(context),
    {
      name: 'pipeline variables',
      is: 'not looked at',
      why: 'GitLab does not tell a job who may set them: npm run -s setup -- gitlab check looks at that (docs/setup.md)',
    },
  ];
}

function token({ job }: Around): SetupFinding {
  const name = 'token';
  if (!job.verified) return { name, is: 'not looked at', why: 'role_arn is none, so that no id_token was exchanged' };
  return {
    name,
    is: 'right',
    why: `AWS accepted it for ${job.user} of ${job.project}, ${job.refType} ${job.ref}`,
  };
}

function branch({ path }: CheckedNames, { job }: Around): SetupFinding {
  const name = job.refType;
  if (job.refProtected === undefined)
    return { name, is: 'not looked at', why: 'no token says whether it is protected' };
  if (job.refProtected) return { name, is: 'right', why: `${job.ref} is protected` };
  if (!asksForProtection({ promotion_path: path }, job.environment))
    return { name, is: 'right', why: `${job.ref} is not protected, which the first environment does not ask for` };
  return {
    name,
    is: 'wrong',
    why: `${job.ref} is not protected, and approve-model refuses every approval there`,
    next: 'protect it, then start a new pipeline: npm run -s setup -- gitlab apply does it (docs/setup.md), or docs/setup-by-hand.md, "3. Create branches and environments".',
  };
}

/** The environment of the jobs: GitLab drops the jobs of a protected one when whoever merged may not deploy there. */
function environmentOf({ job }: Around): SetupFinding {
  const [name, where] = ['environment', job.gitlabEnvironment ?? 'none'];
  if (job.environmentProtected === undefined)
    return { name, is: 'not looked at', why: `no token says whether ${where} is protected` };
  const why = job.environmentProtected
    ? `the variables are those of ${where}, which is protected: its jobs run only for those who may deploy there`
    : `the variables are those of ${where}`;
  return { name, is: 'right', why };
}

/** Whether GitLab restricts who may press an approval. */
export function approvalProtection({ path }: CheckedNames, { job }: Pick<Context, 'job'>): SetupFinding {
  const name = 'approval environment';
  const where = job.gitlabEnvironment ?? '';
  if (job.environmentProtected === undefined)
    return { name, is: 'not looked at', why: `no token says whether ${where} is protected` };
  if (job.environmentProtected)
    return { name, is: 'right', why: `${where} is protected, and ${job.user} may deploy there` };
  if (!asksForProtection({ promotion_path: path }, job.environment))
    return { name, is: 'right', why: `${where} is not protected, which the first environment does not ask for` };
  return {
    name,
    is: 'wrong',
    why: `${where} is not protected, and approve-model refuses every approval there`,
    next: 'protect it and add the approvers: npm run -s setup -- gitlab apply does it (docs/setup.md), or docs/setup-by-hand.md, "5. Name the approvers". Then run this job again.',
  };
}

function account({ account: here }: CheckedNames, { expectedAccount }: Surroundings): SetupFinding {
  const name = 'AWS account';
  if (expectedAccount !== undefined) return { name, is: 'right', why: `${here}, as expected` };
  return {
    name,
    is: 'not looked at',
    why: `${here}; expected_account_id is empty (the CI/CD variable AWS_ACCOUNT_ID)`,
  };
}

/** Keys that last are no part of a setup in which every job gets its own credentials. */
function lastingKeys({ keys }: Surroundings, verified: boolean): SetupFinding {
  const name = 'lasting AWS keys';
  if (keys.length === 0) return { name, is: 'right', why: 'this job sees none' };
  if (!verified) return { name, is: 'right', why: `role_arn is none, and this job sees ${keys.join(', ')}` };
  return {
    name,
    is: 'wrong',
    why: `this job sees ${keys.join(', ')}, which it does not use: whoever can run a job can read them`,
    next: `remove the CI/CD variables ${keys.join(', ')} from the project, its groups and the runner, and delete the keys in IAM.`,
  };
}

/** An image of these components, with the release that the include names or a digest in its place. */
function image({ image: told, release }: Surroundings): SetupFinding {
  const name = 'image';
  if (told === undefined) return { name, is: 'not looked at', why: 'CI_JOB_IMAGE does not tell it' };
  if (!/(^|\/)sagemaker-components[:@]/.test(told))
    return {
      name,
      is: 'wrong',
      why: `it is ${told}, and no image of these components`,
      next: "remove any image: that overrides the template's, or correct image_registry.",
    };
  if (/@sha256:[0-9a-f]{64}$/.test(told)) return { name, is: 'right', why: `${told}, which a digest pins` };
  const isRelease = release !== undefined && release !== '' && told.endsWith(`/sagemaker-components:${release}`);
  return isRelease
    ? { name, is: 'right', why: `${told}, the release of the include; no digest pins it` }
    : { name, is: 'not looked at', why: `${told}; no release and no digest says what is in it` };
}

function network({ proxy, noProxy, certificates }: Surroundings): SetupFinding[] {
  const through = proxy ? `through ${proxy.address} (${proxy.variable})` : 'without a proxy';
  const past = noProxy === undefined ? '' : `, and past it where NO_PROXY says ${noProxy}`;
  return [
    { name: 'proxy', is: 'right', why: `STS was reached ${through}${past}` },
    {
      name: 'certificates',
      is: 'right',
      why: `those of STS are trusted, by ${certificates ? `NODE_EXTRA_CA_CERTS (${certificates}) and ` : ''}Node's own list`,
    },
  ];
}

/** Seconds by which AWS lets the time of a signature differ from its own. */
const MOST_SECONDS = 300;

async function clockOf({ aws, clock }: Around): Promise<SetupFinding> {
  const name = 'clock';
  try {
    const time = await aws.timeOfSts();
    if (time === undefined) return { name, is: 'not looked at', why: 'STS told no time' };
    const seconds = Math.round(Math.abs(time.getTime() - clock.now().getTime()) / 1000);
    if (seconds < MOST_SECONDS) return { name, is: 'right', why: `${seconds} s from that of AWS` };
    return {
      name,
      is: 'wrong',
      why: `it differs from that of AWS by ${seconds} s, and AWS refuses requests from ${MOST_SECONDS} s on`,
      next: 'set the clock of the runner by NTP.',
    };
  } catch (error) {
    return { name, is: 'not looked at', why: inItsOwnWords(error) };
  }
}

async function gitlabApi({ job, mergeRequestsOf }: Around): Promise<SetupFinding> {
  const name = "GitLab's API";
  const answer = await mergeRequestsOf(job.commit);
  if (answer.is === 'read') return { name, is: 'right', why: `${job.server} answers the job token` };
  // Anything else may be trouble that passes.
  if (!/HTTP 40[134]$/.test(answer.why)) return { name, is: 'not looked at', why: answer.why };
  return {
    name,
    is: 'wrong',
    why: `${job.server} refuses the job token: ${answer.why}`,
    next: 'let the CI_JOB_TOKEN read the repository (docs/setup-by-hand.md, "5. Name the approvers").',
  };
}
