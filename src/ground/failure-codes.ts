/** Why a job fails. Each kind has one exit code, the same in every component. */
export const EXIT_CODES = {
  refused: 1,
  'invalid input': 64,
  'AWS trouble': 75,
  'not allowed': 77,
  'nothing to promote': 80,
  'out of time': 124,
  stopped: 143,
} as const;

export type FailureKind = keyof typeof EXIT_CODES;

/**
 * Every message with which a job fails, and its kind, which decides the exit code. The log shows the code in the line
 * that starts with ERROR, and docs/troubleshooting.md has it in a heading. A code stands for one message for ever: a new
 * message takes the next number of its area (test/failures/codes.ts).
 */
export const FAILURE_CODES = {
  // Inputs and project files
  'SMC-1001': 'invalid input',
  'SMC-1002': 'invalid input',
  'SMC-1003': 'invalid input',
  'SMC-1004': 'invalid input',
  'SMC-1005': 'invalid input',
  'SMC-1006': 'invalid input',
  'SMC-1007': 'invalid input',
  'SMC-1008': 'invalid input',
  'SMC-1009': 'invalid input',
  'SMC-1010': 'AWS trouble',
  'SMC-1011': 'not allowed',
  'SMC-1012': 'invalid input',
  'SMC-1013': 'refused',
  'SMC-1014': 'invalid input',

  // The identity of the job
  'SMC-1101': 'refused',
  'SMC-1102': 'refused',
  'SMC-1103': 'refused',
  'SMC-1104': 'not allowed',
  'SMC-1105': 'not allowed',

  // Access to AWS
  'SMC-1201': 'AWS trouble',
  'SMC-1202': 'AWS trouble',
  'SMC-1203': 'AWS trouble',
  'SMC-1204': 'AWS trouble',
  'SMC-1205': 'not allowed',
  'SMC-1206': 'not allowed',
  'SMC-1207': 'not allowed',
  'SMC-1208': 'not allowed',
  'SMC-1209': 'not allowed',
  'SMC-1210': 'AWS trouble',
  'SMC-1211': 'refused',
  'SMC-1212': 'refused',
  'SMC-1213': 'invalid input',

  // Artifacts and reports
  'SMC-1301': 'refused',
  'SMC-1302': 'not allowed',
  'SMC-1303': 'invalid input',
  'SMC-1304': 'invalid input',
  'SMC-1305': 'refused',
  'SMC-1306': 'invalid input',
  'SMC-1307': 'invalid input',

  // Any job
  'SMC-1401': 'stopped',
  'SMC-1402': 'refused',
  'SMC-1403': 'refused',

  // Training: render-pipeline and deploy-pipeline
  'SMC-2001': 'invalid input',
  'SMC-2002': 'invalid input',
  'SMC-2003': 'AWS trouble',
  'SMC-2004': 'refused',
  'SMC-2005': 'refused',
  'SMC-2006': 'refused',
  'SMC-2007': 'out of time',
  'SMC-2008': 'refused',
  'SMC-2009': 'not allowed',
  'SMC-2010': 'invalid input',
  'SMC-2011': 'invalid input',
  'SMC-2012': 'stopped',

  // Choosing a version: check-model
  'SMC-3001': 'nothing to promote',
  'SMC-3002': 'invalid input',
  'SMC-3003': 'invalid input',
  'SMC-3004': 'invalid input',
  'SMC-3005': 'refused',
  'SMC-3006': 'invalid input',

  // Approving and rejecting: approve-model and reject-model
  'SMC-3101': 'refused',
  'SMC-3102': 'refused',
  'SMC-3103': 'refused',
  'SMC-3104': 'refused',
  'SMC-3105': 'refused',
  'SMC-3106': 'refused',
  'SMC-3107': 'refused',
  'SMC-3108': 'refused',
  'SMC-3109': 'refused',
  'SMC-3110': 'refused',
  'SMC-3111': 'refused',

  // Policies: check-model, approve-model and deploy-model
  'SMC-3301': 'refused',
  'SMC-3302': 'refused',
  'SMC-3303': 'refused',
  'SMC-3304': 'refused',
  'SMC-3305': 'AWS trouble',
  'SMC-3306': 'refused',

  // The model registry
  'SMC-3201': 'refused',
  'SMC-3202': 'refused',
  'SMC-3203': 'refused',
  'SMC-3204': 'refused',
  'SMC-3205': 'refused',

  // Before a deployment: check-model and deploy-model
  'SMC-4001': 'refused',
  'SMC-4002': 'invalid input',
  'SMC-4003': 'refused',
  'SMC-4004': 'refused',
  'SMC-4005': 'refused',
  'SMC-4006': 'refused',
  'SMC-4007': 'refused',
  'SMC-4008': 'refused',
  'SMC-4009': 'refused',
  'SMC-4010': 'refused',
  'SMC-4011': 'refused',
  'SMC-4012': 'refused',
  'SMC-4013': 'refused',
  'SMC-4014': 'invalid input',
  'SMC-4015': 'refused',
  'SMC-4016': 'refused',
  'SMC-4017': 'refused',
  'SMC-4018': 'refused',
  'SMC-4019': 'refused',
  'SMC-4020': 'refused',
  'SMC-4021': 'invalid input',
  'SMC-4022': 'refused',
  'SMC-4023': 'refused',

  // The end of a deployment: deploy-model and validate-endpoint
  'SMC-4101': 'refused',
  'SMC-4102': 'refused',
  'SMC-4103': 'refused',
  'SMC-4104': 'refused',
  'SMC-4105': 'refused',
  'SMC-4106': 'refused',
  'SMC-4107': 'refused',
  'SMC-4108': 'out of time',
  'SMC-4109': 'out of time',
  'SMC-4110': 'refused',
  'SMC-4111': 'refused',
  'SMC-4112': 'refused',

  // Rolling back: rollback-endpoint
  'SMC-4201': 'invalid input',
  'SMC-4202': 'refused',
  'SMC-4203': 'refused',
  'SMC-4204': 'refused',
  'SMC-4205': 'refused',
  'SMC-4206': 'refused',
  'SMC-4207': 'refused',

  // Autoscaling: check-model, deploy-model and rollback-endpoint
  'SMC-4301': 'refused',
  'SMC-4302': 'refused',
  'SMC-4303': 'refused',

  // Validation: validate-endpoint
  'SMC-5001': 'out of time',
  'SMC-5002': 'refused',
  'SMC-5003': 'refused',
  'SMC-5004': 'refused',
  'SMC-5005': 'refused',
  'SMC-5006': 'out of time',
  'SMC-5007': 'refused',
  'SMC-5008': 'invalid input',
  'SMC-5009': 'refused',

  // Evaluation: evaluate-model
  'SMC-5101': 'invalid input',
  'SMC-5102': 'invalid input',
  'SMC-5103': 'refused',
  'SMC-5104': 'refused',
  'SMC-5105': 'refused',
  'SMC-5106': 'refused',
  'SMC-5107': 'refused',
  'SMC-5108': 'refused',
  'SMC-5109': 'refused',
  'SMC-5110': 'refused',
  'SMC-5111': 'out of time',
  'SMC-5112': 'refused',
  'SMC-5113': 'refused',
  'SMC-5114': 'refused',
  'SMC-5115': 'refused',
  'SMC-5116': 'refused',

  // Comparison: compare-models
  'SMC-5201': 'invalid input',
  'SMC-5202': 'refused',
  'SMC-5203': 'refused',
  'SMC-5204': 'refused',
  'SMC-5205': 'refused',
  'SMC-5206': 'refused',
  'SMC-5207': 'out of time',
  'SMC-5208': 'refused',
  'SMC-5209': 'refused',
  'SMC-5210': 'invalid input',
  'SMC-5211': 'refused',

  // Load: load-test
  'SMC-5301': 'refused',
  'SMC-5302': 'refused',
  'SMC-5303': 'out of time',
  'SMC-5304': 'refused',
  'SMC-5305': 'refused',
  'SMC-5306': 'refused',
  'SMC-5307': 'refused',
  'SMC-5308': 'refused',
  'SMC-5309': 'refused',
  'SMC-5310': 'refused',
  'SMC-5311': 'refused',
  'SMC-5312': 'refused',

  // Deletion: delete-endpoint
  'SMC-6501': 'refused',
  'SMC-6502': 'refused',
  'SMC-6503': 'refused',
  'SMC-6504': 'out of time',
  'SMC-6505': 'refused',

  // Planning: plan-deployment
  'SMC-8001': 'invalid input',

  // The setup: check-setup and check-setup-approval
  'SMC-9001': 'refused',
} as const satisfies Record<`SMC-${number}`, FailureKind>;

export type FailureCode = keyof typeof FAILURE_CODES;
