/**
 * Names that stand in the pages as code, and are none of ours: GitLab's, AWS's, or a project's own. A name that is in none of
 * these lists has to exist in the templates, the programs or the repository.
 */
export const FOREIGN_WORDS = [
  // GitLab's.
  'ci_pipeline_variables_minimum_override_role',
  'allow_failure',
  'groups_direct',
  'id_tokens',
  'no_one_allowed',
  'newest_ready_first',
  'oldest_first',
  'push_access_level',
  'read_api',
  'ref_protected',
  // The bound of a metric, which a training writes.
  'rmse_max',
  // A stage.
  'plan_deployment',
  // Words of a registry entry.
  'user_id',
  'median_ms',
  'slowest_ms',
  // The runners' tag.
  'ship_docker',
  // The handbook's stages, and the jobs named like them that docs/migrate.md replaces.
  'deploy_pipeline',
  'check_model',
  'approve_model',
  'deploy_model',
  'validate_endpoint',
  'load_test',
  'send_load',
  'evaluate_model',
  'compare_models',
  'load_test',
  'rollback_endpoint',
  'get_pipeline_definition',
];

export const FOREIGN_VARIABLES = [
  // GitLab's and its runner's.
  /^CI_(COMMIT|DEBUG|ENVIRONMENT|JOB|NODE|PIPELINE|PROJECT|SERVER)_[A-Z_]+$/,
  /^(GITLAB_TOKEN|GITLAB_USER_LOGIN|DOCKER_AUTH_CONFIG|FF_DISABLE_UMASK_FOR_KUBERNETES_EXECUTOR)$/,
  // What a hand-written pipeline names, and docs/migrate.md replaces.
  /^(AWS_DEFAULT_REGION|GITLAB_OIDC_TOKEN|MODEL_PACKAGE_GROUP_NAME|SAGEMAKER_ROLE_ARN)$/,
  // npm's.
  /^NPM_CONFIG_(REGISTRY|USERCONFIG)$/,
  // AWS's, Node's and the shell's.
  /^AWS_(REGION|ACCOUNT_ID|ROLE_ARN|OIDC_TOKEN|ENDPOINT_URL|CONFIG_FILE|PROFILE)$/,
  // Values of SageMaker's API.
  /^LEAST_OUTSTANDING_REQUESTS$/,
  /^(SUCCESS|ERROR)_NOTIFICATION_TOPIC$/,
  /^(HTTPS?_PROXY|NO_PROXY|NODE_DEBUG|NODE_EXTRA_CA_CERTS|NODE_OPTIONS|NODE_TLS_REJECT_UNAUTHORIZED|NODE_USE_ENV_PROXY|LD_PRELOAD)$/,
];

/** Files that are the reader's, or made on the way. */
export const READERS_FILES: Readonly<Record<string, string>> = {
  'account.json': 'printed by AWS, of the account of the reader',
  'trust-dev.json': 'written by npm run -s setup -- policies',
  'trust-plan-<environment>.json': 'written by npm run -s setup -- policies',
  'trust-sagemaker.json': 'saved from docs/setup-by-hand.md',
  'trust-acceptance.json': 'written by npm run -s setup -- policies',
  'trust-uat.json': 'written by npm run -s setup -- policies',
  'trust-prod.json': 'written by npm run -s setup -- policies',
  'trust-<environment>.json': 'written by npm run -s setup -- policies',
  '<duty>-<environment>.json': 'written by npm run -s setup -- policies',
  'deny-registry-entries.json': 'written by npm run -s setup -- policies',
  'check-dev.json': 'written by npm run -s setup -- policies',
  'group-<name>.json': 'written by npm run -s setup -- policies',
  'execution-role-vpc.json': 'written by npm run -s setup -- policies',
  'config.toml': "GitLab Runner's",
  'config.json': "docker's",
  'roots.json': 'saved from docs/mirror.md',
  'policy.yml': 'of a project that has a policy',
  'renovate.json': 'of a project that uses Renovate',
  'cosign.pub': 'the public key of the platform team, which docs/release.md has made',
};
