/**
 * The page about a mesh, in one file: what is wrong and why, with the packets that show it, the configuration, the rules and
 * every pod.
 *
 * Guarantees: nothing outside the file is asked for, and its own policy forbids it; findings, pictures, configuration, pods and
 * rules are there without scripts, which filter, open and step through. Foreign text is text, whatever it holds.
 */
import { createHash } from 'node:crypto';
import { STATUSES } from '../core/audit/report.ts';
import { restartsFor } from '../core/audit/restarts.ts';
import { VERSION } from '../version.ts';
import { copyCommands } from './browser/copy-commands.ts';
import { filterPods } from './browser/filter-pods.ts';
import { openPods } from './browser/open-pods.ts';
import { refresh } from './browser/refresh.ts';
import { stepThrough } from './browser/step-through.ts';
import { groupFindings } from './cases.ts';
import { configurationParts } from './configuration-section.ts';
import { findingParts } from './findings-section.ts';
import { fixLine } from './fix-line.ts';
import { html, Html } from './html.ts';
import type { PageInput } from './page-input.ts';
import { podParts } from './pods-section.ts';
import { podAnchors, podCount, STATUS_SIGNS, STATUS_WORDS } from './pod-words.ts';
import { pairRules } from './rule-pairs.ts';
import { ruleParts } from './rules-section.ts';
import { section } from './section.ts';
import { STYLE } from './style.ts';

export function pageText(input: PageInput): string {
  return [...pageParts(input)].join('');
}

/** The same piece by piece, for those who have other work to do meanwhile. */
export function* pageParts(input: PageInput): Generator<string> {
  for (const part of parts(input)) yield part.text;
}

function* parts(input: PageInput): Generator<Html> {
  const { configs, pods, live } = input;
  const anchors = podAnchors(pods);
  const pairs = pairRules(pods);
  const groups = groupFindings(pods, pairs.keys);
  const script = scriptOf(live);
  yield new Html('<!doctype html>\n<html lang="en">\n');
  yield html`<head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policyOf(script, live)}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${titleOf(input)}</title>
    ${new Html(`<style>${STYLE}</style>`)}
  </head>`;
  yield new Html('\n<body>\n');
  yield html`<a class="skip" href="#pods">Skip to the pods</a> ${headerOf(input)}`;
  yield new Html('\n<main>\n');
  const restarts = restartParts(input);
  if (restarts.length > 0) yield* section('restarts', 'What to restart', restarts);
  yield* section('findings', 'Findings', findingParts(groups, anchors));
  yield* section('configuration', 'Configuration', configurationParts(configs, groups));
  yield* section('pods', 'Pods', podParts(pods, groups, pairs, anchors));
  yield* section('rules', 'Rules', ruleParts(pairs));
  yield new Html('</main>\n');
  yield html`<dialog id="pod" aria-labelledby="pod-title">
      <form method="dialog"><button>Close</button></form>
      <div class="contents"></div>
    </dialog>
    <p id="freshness" role="status"></p>
    ${new Html(`<script>${script}</script>`)}`;
  yield new Html('\n</body>\n</html>\n');
}

function titleOf({ pods }: PageInput): string {
  const wrong = pods.filter(({ report }) => report.status === 'Discrepant').length;
  return `osm-auditor: ${wrong === 0 ? 'no pod discrepant' : `${podCount(wrong)} discrepant`}`;
}

/** `2026-11-23T12:00:00Z`, as the page has it. */
export function timeText(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}

function headerOf({ pods, at, origin, live }: PageInput): Html {
  const when = timeText(at);
  return html`<header>
    <h1>osm-auditor</h1>
    <p>
      ${live ? 'Live, last changed' : 'As of'} <time datetime="${when}">${when}</time>, ${origin}, version
      ${VERSION}
    </p>
    <ul class="tiles">
      ${STATUSES.map((status) => {
        const count = pods.filter(({ report }) => report.status === status).length;
        return html`<li class="${status}">
          <a href="#pods?status=${status}"
            ><b>${STATUS_SIGNS[status]} ${count.toLocaleString('en')}</b> ${STATUS_WORDS[status]}</a
          >
        </li>`;
      })}
    </ul>
    <nav aria-label="Page">
      <a href="#findings">Findings</a> <a href="#configuration">Configuration</a> <a href="#pods">Pods</a>
      <a href="#rules">Rules</a>
    </nav>
  </header>`;
}

function restartParts({ pods }: PageInput): readonly Html[] {
  const restarts = restartsFor(pods.map(({ report }) => report));
  if (restarts.length === 0) return [];
  return [
    html`<p>New pods would have the right rules, with the configuration as it should be.</p>`,
    ...restarts.map(({ fix, pods: count, codes }) => fixLine(fix, `${podCount(count)}: ${codes.join(' ')}`)),
  ];
}

/** Comes behind what it looks at. The functions stand in the page as they are compiled. */
function scriptOf(live: boolean): string {
  const parts = [...(live ? [refresh] : []), filterPods, openPods, stepThrough, copyCommands];
  const calls = parts.map((part) => `(${part.toString()})();`);
  return `"use strict";document.documentElement.classList.add("scripted");\n${calls.join('\n')}`;
}

function policyOf(script: string, live: boolean): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const rules = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(STYLE)}`,
    "base-uri 'none'",
    "form-action 'none'",
    ...(live ? ["connect-src 'self'"] : []),
  ];
  return rules.join('; ');
}
