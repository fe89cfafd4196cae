/** Texts that neither options nor a pattern narrow, and why. The programs refuse what has no meaning. */
export const FREE_TEXT: Readonly<Record<string, string>> = {
  aws_region: 'AWS adds regions; by default a variable',
  check_job_name: 'a job name, shown in a question',
  environment: 'GitLab checks the name; by default a variable',
  image: 'an image reference, often with variables',
  image_registry: 'a host with any path, often a variable',
  job_name: 'GitLab allows nearly every sign',
  oidc_audience: 'any text that the OIDC provider knows',
  pipeline_stage: 'GitLab allows nearly every sign',
  plan_role_arn: 'an ARN, "none", or variables in any mixture',
  role_arn: 'an ARN, "none", or variables in any mixture',
  schedule_job_name: 'GitLab allows nearly every sign',
  send_stage: 'GitLab allows nearly every sign',
  stage: 'GitLab allows nearly every sign',
  stop_job_name: 'GitLab allows nearly every sign',
  tags: 'lines of Key=Value',
  worker_job_name: 'GitLab allows nearly every sign',
  worker_role_arn: 'an ARN, "none", or variables in any mixture',
};

/** Texts in which "$" has no meaning to GitLab. */
export const TAKES_AS_IT_STANDS = ['custom_attributes', 'expect', 'model_environment', 'parameters', 'tags'];
