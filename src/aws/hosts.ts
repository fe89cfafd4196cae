import type { Env } from '../ground/env.ts';
import { Failure } from '../ground/failure.ts';
import { REGION } from './arn.ts';
import { withoutPassword } from './proxy.ts';

/**
 * The hosts of the services that we call, by region, by FIPS and by VPC endpoint. Other hosts of these domains may be a
 * customer's machine.
 */
const AWS_HOST = new RegExp(
  `^(vpce-[\\w-]+\\.)?(sts|iam|((api|runtime)(-fips)?\\.)?sagemaker|(api\\.)?ecr|logs|monitoring|application-autoscaling)(-fips)?(\\.${REGION})?(\\.vpce)?\\.(amazonaws\\.com(\\.cn)?|api\\.aws|api\\.amazonwebservices\\.com\\.cn)$`,
);
/**
 * The hosts of S3 with the bucket in the path. No token is sent there, and nobody's bucket is a host: one that is in a name
 * could be a customer's machine.
 */
const S3_HOST = new RegExp(
  `^(bucket\\.vpce-[\\w-]+\\.)?s3(-fips)?(\\.dualstack)?(\\.${REGION})?(\\.vpce)?\\.amazonaws\\.com(\\.cn)?$`,
);
const THIS_MACHINE = new Set(['localhost', '127.0.0.1', '[::1]']);

export type HostAddress = Pick<URL, 'protocol' | 'hostname'>;

/** Whether a host is this machine, to which nothing has to be encrypted. */
export function isThisMachine({ hostname }: Pick<URL, 'hostname'>): boolean {
  return THIS_MACHINE.has(hostname);
}

/** Whether the job's token may be sent to a host: to AWS by https, or to this machine, where an emulator may run. */
export function isTrusted({ protocol, hostname }: HostAddress): boolean {
  return isThisMachine({ hostname }) || (protocol === 'https:' && AWS_HOST.test(hostname));
}

/** Whether a request for an object of S3 may be sent to a host, likewise. */
export function isTrustedForObjects({ protocol, hostname }: HostAddress): boolean {
  return isThisMachine({ hostname }) || (protocol === 'https:' && S3_HOST.test(hostname));
}

/**
 * Refuses an AWS_ENDPOINT_URL, or AWS_ENDPOINT_URL_<service>, that is not AWS: the SDK would send the job's token
 * there. Comes before everything else. Throws a Failure of kind "refused" that names the variables.
 */
export function refuseOtherServices(env: Env): void {
  const elsewhere = Object.entries(env).filter(([name, url]) => {
    const trusts = name === 'AWS_ENDPOINT_URL_S3' ? isTrustedForObjects : isTrusted;
    return /^AWS_ENDPOINT_URL(_\w+)?$/.test(name) && url && !(URL.canParse(url) && trusts(new URL(url)));
  });
  if (elsewhere.length === 0) return;
  const each = elsewhere.map(([name, url]) => `  ${name} is "${withoutPassword(url ?? '')}"`);
  throw otherHostRefusal(
    each.join('\n'),
    `remove the CI/CD variable ${elsewhere.map(([name]) => name).join(' and ')}. If you use a VPC endpoint, set its own host in amazonaws.com, with https.`,
  );
}

export function otherHostRefusal(where: string, next: string): Failure {
  return new Failure(
    'SMC-1212',
    `This job would send its token to a host that is not AWS, or to AWS without encryption. Nothing was sent:\n${where}`,
    next,
  );
}

/** The Failure for an answer that cannot be from AWS, such as a proxy's page. `how` says what shows it. */
export function answeredByAnother(how: string, cause?: unknown): Failure {
  return new Failure(
    'SMC-1204',
    `The answer is not from AWS${how}. Something between the runner and AWS sent it.`,
    "check the runner's proxy (HTTPS_PROXY, NO_PROXY) and what it allows, then run this job again.",
    cause,
  );
}
