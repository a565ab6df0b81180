/** The two ways in which `check --watch` shows verdicts: as a picture on a screen, or line by line. */
import type { LiveAudit, Look } from '../controller/live-audit.ts';
import type { Surroundings } from '../controller/gatherer.ts';
import { configurationsOf } from '../core/audit/configurations.ts';
import { visible } from '../core/audit/quote.ts';
import { inColour, type ColourChoice } from './colours.ts';
import { footer } from './output/formats.ts';
import { frame } from './output/live-frame.ts';
import { LiveLines } from './output/live-lines.ts';
import { narrowTable, wideTable } from './output/pod-table.ts';
import type { JudgedPod } from './output/report-document.ts';
import type { StyledText } from './styled-text.ts';
import type { Screen, Terminal } from './terminal.ts';

export interface View {
  /** @param trouble why what is shown may be true no more */
  show(look: Look, trouble: string | undefined): void;
  /** Something that went wrong once. */
  note(text: string): void;
}

export interface ViewOptions {
  readonly output: string;
  readonly showPods: boolean;
  readonly color: ColourChoice;
}

export interface Sight {
  readonly audit: Pick<LiveAudit, 'reports'>;
  readonly around: Pick<Surroundings, 'configs'>;
}

/** Of what went wrong, the screen keeps the last. */
const MOST_NOTES = 3;

/** Draws when something may have changed, and only what is not on the screen already. */
export function screenView(screen: Screen, options: ViewOptions, terminal: Terminal, sight: Sight): View {
  const notes: string[] = [];
  let seen = '';
  let drawn = '';
  const picture = (trouble: string | undefined): readonly StyledText[] => {
    const pods = sight.audit.reports.map((report): JudgedPod => ({ report, source: undefined }));
    const table = options.output === 'wide' ? wideTable(pods) : narrowTable(pods, options);
    const configs = configurationsOf(sight.around.configs());
    const below = [...warnings([...notes, trouble]), ...footer({ configs, pods })];
    return frame(table, below, screen.size());
  };
  return {
    show: ({ judged }, trouble) => {
      const now = JSON.stringify([screen.size(), trouble, notes]);
      if (judged === 0 && now === seen) return;
      seen = now;
      const lines = picture(trouble).map((line) => inColour(line, options.color, terminal));
      const text = JSON.stringify([screen.size(), lines]);
      if (text === drawn) return;
      drawn = text;
      terminal.redraw(lines);
    },
    note: (text) => {
      notes.push(text);
      notes.splice(0, notes.length - MOST_NOTES);
    },
  };
}

function warnings(texts: readonly (string | undefined)[]): StyledText {
  return texts.flatMap((text) => {
    return text === undefined ? [] : (['\n', { style: 'doubtful', text: visible(text) }, '\n'] as const);
  });
}

/** Data on standard output and all else on standard error. */
export function linesView(options: ViewOptions, terminal: Terminal): View {
  const lines = new LiveLines(options.output === 'wide');
  let blind = false;
  let begun = false;
  return {
    show: ({ changed, gone }, trouble) => {
      if (blind !== (trouble !== undefined))
        terminal.err(`${visible(trouble ?? 'changes are seen again')}\n`);
      blind = trouble !== undefined;
      if (begun && changed.length + gone.length === 0) return;
      begun = true;
      terminal.out(inColour(lines.print(changed, gone), options.color, terminal));
    },
    note: (text) => terminal.err(`${visible(text)}\n`),
  };
}
