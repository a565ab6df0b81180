/** The cases of all findings, file by file as the catalogue is. */
import type { FindingName } from '../../core/audit/catalogue.ts';
import { CONFIGURATION_CASES } from './configuration.ts';
import { EXCLUSIONS_CASES } from './exclusions.ts';
import { EXPOSURE_CASES } from './exposure.ts';
import type { FindingCases } from './finding-cases.ts';
import { INIT_CONTAINER_CASES } from './init-container.ts';
import { LIVE_CASES } from './live.ts';
import { MEMBERSHIP_CASES } from './membership.ts';
import { NOTES_CASES } from './notes.ts';
import { RULES_CASES } from './rules.ts';

export const FINDING_CASES: Readonly<Record<FindingName, FindingCases>> = {
  ...MEMBERSHIP_CASES,
  ...INIT_CONTAINER_CASES,
  ...RULES_CASES,
  ...EXCLUSIONS_CASES,
  ...CONFIGURATION_CASES,
  ...EXPOSURE_CASES,
  ...LIVE_CASES,
  ...NOTES_CASES,
};
