/**
 * Shows the pods that are asked for, by the form and by the page's address: `#pods?status=Discrepant&text=web`.
 *
 * Runs in the browser: its text goes into the page as it stands, so it uses nothing from outside itself.
 */
export function filterPods(): void {
  interface Entry {
    readonly row: HTMLTableRowElement;
    readonly table: HTMLElement;
    readonly name: string;
    readonly namespace: string;
    readonly status: string;
    readonly cases: readonly string[];
    readonly rules: string;
  }
  const FIELDS = ['text', 'status', 'code', 'namespace', 'case', 'rules'] as const;
  /** About that of a row, in pixels: what is not seen is not laid out, and has to be guessed. */
  const ROW_HEIGHT = 30;
  /** What is asked for; the form shows it. */
  const asked = new Map<string, string>();
  let entries: readonly Entry[] = [];

  const form = (): HTMLFormElement | null => document.querySelector('form#filter');

  const fieldOf = (name: string): HTMLInputElement | HTMLSelectElement | undefined => {
    const element = form()?.elements.namedItem(name);
    return element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? element : undefined;
  };

  const apply = (): void => {
    const wanted = (name: (typeof FIELDS)[number]): string => asked.get(name) ?? '';
    const text = wanted('text').trim().toLowerCase();
    const [status, code, namespace, one, rules] = [
      wanted('status'),
      wanted('code'),
      wanted('namespace'),
      wanted('case'),
      wanted('rules'),
    ];
    let shown = 0;
    const shownOf = new Map<HTMLElement, number>();
    for (const entry of entries) {
      const matches =
        (text === '' || entry.name.includes(text)) &&
        (status === '' || entry.status === status) &&
        (namespace === '' || entry.namespace === namespace) &&
        (code === '' || entry.cases.some((each) => each.split('-', 1)[0] === code)) &&
        (one === '' || entry.cases.includes(one)) &&
        (rules === '' || entry.rules === rules);
      entry.row.hidden = !matches;
      if (matches) shown += 1;
      shownOf.set(entry.table, (shownOf.get(entry.table) ?? 0) + (matches ? 1 : 0));
    }
    for (const [table, rows] of shownOf) {
      table.hidden = rows === 0;
      table.style.containIntrinsicBlockSize = `${(rows + 1) * ROW_HEIGHT}px`;
    }
    const output = form()?.elements.namedItem('shown');
    if (output instanceof HTMLOutputElement) {
      // What has no field of its own must be seen all the same.
      const besides = [
        one === '' ? '' : ` of the cause ${one}`,
        rules === '' ? '' : ` with the ${rules}`,
      ].join('');
      output.value = `${shown.toLocaleString('en')} of ${entries.length.toLocaleString('en')} pods${besides}`;
    }
    const nothing = document.getElementById('nothing');
    if (nothing !== null) nothing.hidden = shown > 0;
  };

  const showInForm = (): void => {
    for (const name of FIELDS) {
      const field = fieldOf(name);
      const value = asked.get(name) ?? '';
      if (field === undefined || field.value === value) continue;
      field.value = value;
      // Nothing has this any more; the filter stays what it is.
      if (field.value !== value && field instanceof HTMLSelectElement)
        field.add(new Option(value, value, false, true));
    }
  };

  const writeAddress = (): void => {
    const query = new URLSearchParams([...asked].filter(([, value]) => value !== '')).toString();
    history.replaceState(null, '', query === '' ? '#pods' : `#pods?${query}`);
  };

  const readAddress = (): void => {
    const [place, query] = location.hash.split('?');
    if (place !== '#pods') return;
    // A link to the table is no wish to see other pods in it.
    if (query === undefined) {
      writeAddress();
      return;
    }
    const wanted = new URLSearchParams(query);
    for (const name of FIELDS) asked.set(name, wanted.get(name) ?? '');
    showInForm();
    apply();
    document.getElementById('pods')?.scrollIntoView();
  };

  const collect = (): void => {
    entries = [...document.querySelectorAll<HTMLTableRowElement>('.pods tbody tr')].flatMap((row) => {
      const table = row.closest<HTMLElement>('.pods');
      if (table === null) return [];
      const namespace = row.cells[0]?.textContent ?? '';
      const { status = '', cases = '', rules = '' } = row.dataset;
      const name = `${namespace}/${row.cells[1]?.textContent ?? ''}`.toLowerCase();
      return [{ row, table, name, namespace, status, cases: cases === '' ? [] : cases.split(' '), rules }];
    });
    showInForm();
    apply();
  };

  document.addEventListener('input', ({ target }) => {
    if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) return;
    if (target.form !== form()) return;
    asked.set(target.name, target.value);
    apply();
    writeAddress();
  });
  document.addEventListener('submit', (event) => {
    if (event.target === form()) event.preventDefault();
  });
  document.addEventListener('reset', () => {
    asked.clear();
    apply();
    writeAddress();
  });
  addEventListener('hashchange', readAddress);
  document.addEventListener('pod-closed', writeAddress);
  document.addEventListener('refreshed', collect);
  collect();
  readAddress();
}
