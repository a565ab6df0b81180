/** The looks of the page: light and dark as the reader has it, on paper, and on a screen as narrow as a telephone's. */

export const STYLE = /* css */ `
:root {
  color-scheme: light dark;
  --back: #fff; --front: #1b1f24; --soft: #57606a; --line: #d0d7de; --panel: #f6f8fa; --link: #0757b5;
  --good: #116329; --bad: #b3141d; --doubt: #7a4b00; --bad-back: #ffe9e7; --way: #0757b5; --way-back: #ddeeff; --mark: #fff1a8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0f1318; --front: #e4e8ec; --soft: #a3adb8; --line: #39424d; --panel: #181e25; --link: #7ab7ff;
    --good: #62d27c; --bad: #ff8a80; --doubt: #eab958; --bad-back: #4a1a1c; --way: #7ab7ff; --way-back: #14365c; --mark: #5c4a00;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 76rem; background: var(--back); color: var(--front);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.25rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 0 0 .25rem; }
h4 { font-size: .85rem; margin: .5rem 0 .25rem; color: var(--soft); }
p { margin: .35rem 0; overflow-wrap: anywhere; } a { color: var(--link); } .note, .names, .evidence { color: var(--soft); font-size: .9em; }
code, pre, svg text { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 12px; }
mark { background: var(--mark); color: var(--front); padding: 0 .2em; }
button, select, input { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 5px; padding: .15rem .5rem; }
button { cursor: pointer; } button[data-copy] { font-size: .8em; padding: 0 .4rem; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; } .skip:focus { position: static; }
html:not(.scripted) :is(#filter, .stepper, button[data-copy]) { display: none; }
header p { color: var(--soft); } nav a { margin-right: 1rem; }
.tiles { list-style: none; display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; margin: .75rem 0; }
.tiles a { display: block; padding: .5rem .9rem; border: 1px solid var(--line); border-left: 5px solid currentColor; border-radius: 6px; background: var(--panel); text-decoration: none; color: inherit; }
.tiles b { font-size: 1.3rem; } 
.Verified { color: var(--good); } .Discrepant, .error > h3 .severity { color: var(--bad); } .Unknown, .warning > h3 .severity { color: var(--doubt); } .NotApplicable { color: var(--soft); }
article { border: 1px solid var(--line); border-radius: 8px; padding: .75rem 1rem; margin: .75rem 0; background: var(--panel); }
article.finding { border-left: 5px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto 300px; }
article.error { border-left-color: var(--bad); } article.warning { border-left-color: var(--doubt); }
.code { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-weight: 700; } .severity { font-weight: 400; font-size: .85em; } .count { font-weight: 400; float: right; }
.case { border-top: 1px solid var(--line); margin-top: .6rem; padding-top: .4rem; }
.fix code { background: var(--back); border: 1px solid var(--line); border-radius: 4px; padding: .15rem .4rem; overflow-wrap: anywhere; }
:target { scroll-margin-top: .5rem; } :is(article, section.case, tr):target { outline: 2px solid var(--link); }
figure { margin: .75rem 0; } figcaption { margin-bottom: .25rem; } .verdict { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .9em; }
.sides { display: flex; flex-wrap: wrap; gap: 1rem; } .side { flex: 1 1 28rem; min-width: 0; }
.scroll { overflow-x: auto; } svg { display: block; max-width: none; } pre { overflow-x: auto; max-height: 30rem; }
.box { fill: var(--back); stroke: var(--line); } svg text { fill: var(--front); } .chain { font-weight: 700; } svg .empty { fill: var(--soft); }
.row rect { fill: transparent; } .row text { fill: var(--soft); } .row.unshared rect { fill: var(--bad-back); } .row.unshared text, .row .mark { fill: var(--bad); font-weight: 700; }
.row.applies rect { stroke: var(--way); stroke-width: 1.5; } .row.applies:not(.unshared) rect { fill: var(--way-back); } .row.applies text { fill: var(--front); }
.row.doubtful rect { stroke: var(--doubt); stroke-dasharray: 4 3; } .row circle { fill: var(--back); stroke: var(--soft); } .row .step { fill: var(--soft); font-size: 11px; font-weight: 400; }
.row.applies circle { fill: var(--way); stroke: var(--way); } .row.applies .step { fill: var(--back); font-weight: 700; }
.row.now rect { stroke: var(--front); stroke-width: 3; } li.now { outline: 2px solid var(--front); }
.call { fill: none; stroke: var(--line); stroke-width: 1.5; } .call.walked { stroke: var(--way); stroke-width: 2.5; }
.steps { padding-left: 2rem; font-size: .9em; } .steps li { overflow-wrap: anywhere; } .stepper output { white-space: pre-line; display: block; font-size: .9em; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .2rem .6rem .2rem 0; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
div.pods { content-visibility: auto; contain-intrinsic-block-size: 6000px; } .pods table { table-layout: fixed; } .pods:not([hidden]) ~ .pods th { font-size: 0; line-height: 0; padding: 0; border: 0; } .pods th:nth-child(1) { width: 18%; } .pods th:nth-child(2) { width: 36%; } .pods th:nth-child(3) { width: 16%; } .pods th:nth-child(5) { width: 5rem; }
.values th { font-weight: 400; } .values ul { margin: 0; padding-left: 1.1rem; }
#filter { display: flex; flex-wrap: wrap; gap: .5rem .8rem; align-items: center; margin: .5rem 0; position: sticky; top: 0; background: var(--back); padding: .4rem 0; z-index: 1; }
dialog { width: min(72rem, 96vw); max-height: 92vh; border: 1px solid var(--line); border-radius: 8px; background: var(--back); color: var(--front); padding: 1rem; }
dialog::backdrop { background: rgb(0 0 0 / .5); } dialog form { position: sticky; top: 0; text-align: right; } dialog .case { border: 0; } dialog .rules details > p { display: none; } dialog article { border: 0; padding: 0; background: none; }
#freshness:not(:empty) { position: fixed; bottom: 0; left: 0; right: 0; margin: 0; padding: .5rem; text-align: center; background: var(--bad-back); color: var(--bad); }
@media (max-width: 40rem) { body { padding: .6rem; } .pods th:nth-child(1) { width: 22%; } .pods th:nth-child(2) { width: 38%; } .pods :is(th, td):nth-child(5) { display: none; } #filter { position: static; } .pods th:nth-child(3) { width: 6.8rem; } .pods td:nth-child(3) { overflow-wrap: normal; font-size: .85em; } .count { float: none; display: block; } }
@media print { body { max-width: none; font-size: 11px; } nav, #filter > :not(output), .stepper, button, dialog, .skip { display: none !important; } #filter { position: static; } article, figure { break-inside: avoid; } .scroll { overflow: visible; } svg { max-width: 100%; height: auto; } a { color: inherit; } article.finding, div.pods { content-visibility: visible; } }
`;
