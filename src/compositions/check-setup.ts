import { setupChecks } from '../components/check-setup.ts';

/** The definitions are loaded when a setup is checked: what its permissions are stands nowhere else. */
export async function checkedPrograms() {
  const [training, check, approve, deploy, validate, evaluate, load, compare, rollback, remove] = await Promise.all([
    import('../components/deploy-pipeline.ts'),
    import('../components/check-model.ts'),
    import('../components/approve-model.ts'),
    import('../components/deploy-model.ts'),
    import('../components/validate-endpoint.ts'),
    import('../components/evaluate-model.ts'),
    import('../components/load-test.ts'),
    import('../components/compare-models.ts'),
    import('../components/rollback-endpoint.ts'),
    import('../components/delete-endpoint.ts'),
  ]);
  return [
    training.default,
    check.default,
    approve.default,
    approve.rejectModel,
    deploy.default,
    validate.default,
    evaluate.default,
    load.default,
    load.loadTestWorkers,
    compare.default,
    rollback.default,
    remove.default,
  ];
}

export const { checkSetup, checkSetupApproval } = setupChecks(checkedPrograms);
