import { Failure } from '../../../ground/failure.ts';

/** The Failure of a job whose load is not the one that was scheduled. */
export function otherLoad(why: string): Failure {
  return new Failure(
    'SMC-5309',
    `This job does not belong to the load that was scheduled: ${why}.`,
    'include load-test-workers once for an endpoint, write nothing else below sagemaker/, and set none of its CI/CD variables. Then start a new pipeline.',
  );
}
