package org.penlb.stats;

/// The looks of the HTML report: system fonts, one accent colour, a colour for each state.
///
/// Without `<`, `>` and `&`: it means the same to an HTML and to an XML parser. Text has a contrast
/// of 4.5 to 1 at least and bars 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11), in light and dark.
///
/// Owned by: immutable.
final class Stylesheet {
  static final String CSS =
      """

      :root {
        color-scheme: light dark;
        --page: #f4f6f8; --panel: #ffffff; --head: #f9fafb; --line: #dde2e8; --soft: #edf0f3;
        --text: #1b222b; --muted: #5b6673; --track: #e9edf1;
        --first: #1a4f8b; --second: #259186; --special: #f6f3fb; --role: #5f4a94;
        --good: #1b7a47; --bad: #b3261e; --warn: #8a5800;
        --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace;
      }
      @media (prefers-color-scheme: dark) {
        :root {
          --page: #11151a; --panel: #191f26; --head: #1e252d; --line: #303943; --soft: #252d36;
          --text: #e3e8ed; --muted: #9aa6b3; --track: #262e37;
          --first: #5596dc; --second: #93dcd0; --special: #211f2e; --role: #b9a6ea;
          --good: #55c58a; --bad: #ff8a80; --warn: #e0ac4f;
        }
      }
      *, ::before { box-sizing: border-box; }
      html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
      body {
        margin: 0 auto; max-width: 86rem; padding: 1.25rem 1.5rem 3rem;
        background: var(--page); color: var(--text);
        font: 0.875rem/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
        font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
      }
      h1, h2, h3, p, ul, dl, dd, figure { margin: 0; padding: 0; }
      h1 { font-size: 1.375rem; font-weight: 700; letter-spacing: -0.01em; }
      h1 span { font-weight: 400; color: var(--muted); }
      h2 { font-size: 1.25rem; font-weight: 650; letter-spacing: -0.01em; }
      h3 { font-size: 0.9375rem; font-weight: 650; }
      header {
        display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; align-items: baseline;
        justify-content: space-between; padding-bottom: 0.875rem;
        border-bottom: 1px solid var(--line);
      }
      header dl { display: flex; flex-wrap: wrap; gap: 0.125rem 1.5rem; }
      header dl div { display: flex; gap: 0.4rem; }
      dt { color: var(--muted); }
      nav { flex-basis: 100%; }
      nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; }
      a { color: var(--first); }
      .service { padding-top: 1.5rem; }
      .service + .service { margin-top: 2.5rem; border-top: 1px solid var(--line); }
      .about {
        display: flex; flex-wrap: wrap; gap: 0.25rem 0.625rem; align-items: baseline;
        margin-top: 0.25rem; color: var(--muted);
      }
      code, .address, small { font-family: var(--mono); font-size: 0.75rem; }
      code { color: var(--text); font-size: 0.8125rem; }
      .about span { padding-left: 0.625rem; border-left: 1px solid var(--line); }
      .health {
        display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin-top: 0.75rem;
        list-style: none;
      }
      .state { color: var(--muted); font-weight: 550; }
      .state::before {
        content: ""; display: inline-block; width: 0.5rem; height: 0.5rem; margin-right: 0.4rem;
        border: 0.25rem solid currentColor; border-radius: 50%;
      }
      .state.up { color: var(--good); }
      .state.blacklisted { color: var(--bad); }
      .state.blacklisted::before { border-radius: 0; }
      .state.drained { color: var(--warn); }
      .state.drained::before { border-width: 0.125rem; }
      .state.unused::before { border-width: 0.0625rem; }
      .figures {
        display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr));
        gap: 1px; margin-top: 1rem; overflow: hidden;
        background: var(--panel); border: 1px solid var(--line); border-radius: 0.375rem;
      }
      .figures div { padding: 0.625rem 0.875rem 0.75rem; box-shadow: 0 0 0 1px var(--line); }
      .figures dt { font-size: 0.8125rem; }
      .figures dd { color: var(--muted); }
      .figures b { color: var(--text); font-size: 1.375rem; font-weight: 600; }
      .percent { float: right; padding-top: 0.4375rem; }
      .gauge { display: block; width: 100%; height: 0.375rem; margin-top: 0.25rem; }
      .track { fill: var(--track); }
      .first { fill: var(--first); }
      .second { fill: var(--second); }
      .full { fill: var(--bad); }
      section section, .columns { margin-top: 1.75rem; }
      .note, .empty, figcaption span { color: var(--muted); font-size: 0.8125rem; }
      .scroll {
        max-height: 34rem; margin-top: 0.5rem; overflow: auto;
        background: var(--panel); border: 1px solid var(--line); border-radius: 0.375rem;
      }
      .scroll:focus-visible { outline: 2px solid var(--first); outline-offset: 1px; }
      table { width: 100%; border-spacing: 0; font-size: 0.8125rem; overflow-wrap: normal; }
      caption {
        position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
        white-space: nowrap;
      }
      th, td {
        padding: 0.25rem 0.625rem; border-bottom: 1px solid var(--soft);
        text-align: left; vertical-align: baseline; white-space: nowrap; font-weight: 400;
      }
      tbody:last-child tr:last-child td, tbody:last-child tr:last-child th { border-bottom: 0; }
      thead th {
        position: sticky; top: 0; z-index: 2; background: var(--head); color: var(--muted);
        border-bottom: 1px solid var(--line);
      }
      tbody th { position: sticky; left: 0; z-index: 1; background: var(--panel); }
      .wide th, .wide td { padding: 0.25rem 0.5rem; }
      .wide tbody th { font-weight: 550; }
      tbody th, td {
        max-width: 22rem; overflow: hidden; text-overflow: ellipsis;
      }
      small { color: var(--muted); font-weight: 400; }
      .n { text-align: right; }
      .zero, .unused td, .unused th { color: var(--muted); }
      .special td, .special th { background: var(--special); }
      .role { color: var(--role); }
      .columns {
        display: grid; gap: 1.75rem 2.5rem;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr));
      }
      figcaption { display: flex; flex-wrap: wrap; gap: 0 1rem; align-items: baseline; }
      .key::before {
        content: ""; display: inline-block; width: 0.625rem; height: 0.625rem;
        margin-right: 0.375rem; background: var(--first);
      }
      .key.second::before { background: var(--second); }
      .bars { display: block; width: 100%; margin-top: 0.5rem; overflow: hidden; }
      .bars text { fill: var(--text); font-size: 0.8125rem; }
      .value { text-anchor: end; }
      .closes .scroll { max-width: 32rem; }
      @media (max-width: 40rem) {
        body { padding: 0.875rem 0.875rem 2rem; }
        .about span { padding: 0; border: 0; }
        .figures { grid-template-columns: 1fr 1fr; }
        .figures div { padding: 0.5rem 0.625rem 0.625rem; }
        .figures b { font-size: 1.125rem; }
        .percent { padding-top: 0.25rem; }
        .bars text { font-size: 0.75rem; }
        .scroll { max-height: 26rem; }
        th, td { padding: 0.25rem 0.5rem; }
        tbody th { max-width: 11rem; }
        .wide small, .role { display: block; }
      }
      @media print {
        .scroll { max-height: none; overflow: visible; border: 0; }
        body { max-width: none; padding: 0; }
      }
      """;

  private Stylesheet() {}
}
