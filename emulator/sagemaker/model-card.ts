import type * as api from '@aws-sdk/client-sagemaker';
import { type Given, invalid } from './service.ts';

type Card = Given<api.ModelPackageModelCard>;
type Json = Readonly<Record<string, unknown>>;

export function newCard(card: Card | undefined): Card | undefined {
  if (card?.ModelCardContent !== undefined) parsed(card.ModelCardContent);
  return card;
}

/** What is not sent stays as it is, and the content of an archived card stays for good. */
export function updatedCard(before: Card = {}, sent: Card): Card {
  if (sent.ModelCardContent !== undefined && before.ModelCardStatus === 'Archived') {
    throw invalid('Model Card is in Archived state');
  }
  return { ...before, ...newCard(sent) };
}

/** What IncludedData MetadataOnly leaves of a content, when it is there. */
const METADATA: readonly (readonly [section: string, member: string])[] = [
  ['model_overview', 'model_id'],
  ['model_overview', 'model_name'],
  ['intended_uses', 'risk_rating'],
  ['model_package_details', 'model_package_group_name'],
  ['model_package_details', 'model_package_arn'],
];

export function metadataOf(card: Card | undefined): Card | undefined {
  if (card?.ModelCardContent === undefined) return card;
  const content = parsed(card.ModelCardContent);
  const kept: Record<string, Json> = {};
  for (const [section, member] of METADATA) {
    const value = record(content[section])[member];
    if (value !== undefined) kept[section] = { ...kept[section], [member]: value };
  }
  return { ...card, ModelCardContent: JSON.stringify(kept) };
}

function parsed(content: string): Json {
  try {
    return record(JSON.parse(content));
  } catch {
    throw invalid('ModelCardContent must be a JSON document that follows the model package model card schema.');
  }
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
