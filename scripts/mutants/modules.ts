/**
 * The modules that decide: which version may go on, what is done about an endpoint, what counts as live, and whose
 * record is believed. What only carries out, calls AWS or writes lines is held by the tests of what it does.
 */
export const MODULES: readonly string[] = [
  'src/registry/approval.ts',
  // Who counts for an approval, and how an entry has room for them.
  'src/registry/approvers.ts',
  // Which comment belongs to which entry.
  'src/registry/companions.ts',
  'src/registry/content-hash.ts',
  'src/registry/deployability.ts',
  'src/registry/eligibility.ts',
  'src/registry/emergency.ts',
  'src/registry/entries.ts',
  'src/registry/entry-keys.ts',
  'src/registry/flaw.ts',
  'src/registry/others.ts',
  'src/registry/provenance.ts',
  'src/registry/room.ts',
  'src/registry/validation.ts',
  'src/registry/write-entry.ts',
  // Whether what was observed still holds right before the change.
  'src/endpoints/carry-out.ts',
  'src/endpoints/changes.ts',
  'src/endpoints/current.ts',
  'src/endpoints/decision.ts',
  'src/endpoints/failure-reasons.ts',
  // How long it waits until SageMaker shows a change.
  'src/endpoints/follow.ts',
  'src/endpoints/live.ts',
  'src/endpoints/members.ts',
  // How often it tries again.
  'src/endpoints/observe.ts',
  'src/endpoints/outcome.ts',
  'src/endpoints/owner.ts',
  'src/endpoints/progress.ts',
  'src/endpoints/reconcile.ts',
  'src/pipelines/decision.ts',
  'src/components/approve-model/protection.ts',
  'src/preview/candidate.ts',
  'src/preview/foreseen.ts',
  'src/preview/live.ts',
  'src/preview/serving.ts',
  'src/asking/live.ts',
  'src/gitlab/records.ts',
  'src/policy/judge.ts',
  'src/policy/sections/approvals.ts',
  'src/policy/sections/comment.ts',
  'src/policy/sections/evidence.ts',
  'src/policy/sections/expires.ts',
  'src/policy/sections/freeze.ts',
  'src/policy/sections/from.ts',
  'src/policy/sections/metrics.ts',
  'src/policy/sections/never.ts',
  'src/policy/time.ts',
  'src/policy/wall-time.ts',
  // Who is told of what, and what is said of a message that was not sent.
  'src/notify/channel.ts',
  'src/notify/not-sent.ts',
  'src/program/handover.ts',
];
