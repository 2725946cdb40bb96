namespace Parley.Testing.Reports;

/// <summary>How the pages look, by day and by night.</summary>
internal static class HtmlStyle
{
    public const string Sheet = """

        :root { color-scheme: light dark; --page: #f5f6f8; --card: #fff; --ink: #1d2127; --quiet: #667080; --line: #d5dae1; --grid: #eceef2;
          --good: #1f7a3a; --bad: #c02626; --skip: #8a6a12; --sent: #2f62d0; --heard: #c76a0c; --ring: #f2c14e; --talk: #8fcf9f; --held: #b9a3e3; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #14171c; --card: #1d2128; --ink: #e4e7ec; --quiet: #98a2b3; --line: #3a414c; --grid: #2a303a;
            --good: #5cc47c; --bad: #ff7b72; --skip: #d9b44a; --sent: #7aa5ff; --heard: #f0a050; --ring: #8a6a12; --talk: #2f6b41; --held: #5b4a8a; } }
        body { font: 14px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--page); margin: 2em auto; max-width: 78em; padding: 0 1em; }
        h1 { font-size: 1.5em; margin: 0 0 .3em; } h2 { font-size: 1em; margin: 2em 0 .5em; color: var(--quiet); overflow-wrap: anywhere; }
        h3 { font-size: .8em; margin: 1.2em 0 .3em; font-weight: 600; color: var(--quiet); text-transform: uppercase; letter-spacing: .06em; }
        a { color: var(--sent); } p { margin: .3em 0; color: var(--quiet); }
        .bar { display: flex; height: 8px; border-radius: 4px; overflow: hidden; background: var(--line); margin: .8em 0; }
        .bar .passed { background: var(--good); } .bar .failed { background: var(--bad); } .bar .skipped { background: var(--skip); }
        .card, body > details { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .5em .9em; margin: .5em 0; }
        body > details { border-left: 5px solid var(--line); } details.passed { border-left-color: var(--good); }
        details.failed { border-left-color: var(--bad); } details.skipped { border-left-color: var(--skip); } details details { margin: .5em 0; }
        summary { cursor: pointer; } summary .state { font-size: .85em; font-weight: 600; margin-left: .5em; } summary .took { color: var(--quiet); margin-left: .5em; }
        .passed .state { color: var(--good); } .failed .state { color: var(--bad); } .skipped .state { color: var(--skip); }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .4em 0; font: 12px/1.5 ui-monospace, monospace; }
        pre.error { color: var(--bad); border-left: 3px solid var(--bad); padding-left: .7em; } pre.reason { color: var(--quiet); }
        pre.sip { background: var(--page); border-radius: 4px; padding: .5em .7em; }
        table { border-collapse: collapse; font-size: 12px; } td, th { padding: .15em 1.2em .15em 0; vertical-align: top; text-align: left; }
        th { color: var(--quiet); font-weight: 600; } .card td, .card th { padding: .35em 1.6em .35em 0; font-size: 13px; }
        td:first-child { font-variant-numeric: tabular-nums; white-space: nowrap; } tr.bad, .bad { color: var(--bad); } .good { color: var(--good); }
        .legend { font-size: 11px; color: var(--quiet); } .legend i { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin: 0 .35em 0 1em; }
        .legend i:first-child { margin-left: 0; } i.ring { background: var(--ring); } i.talk { background: var(--talk); } i.held { background: var(--held); }
        i.wait { background: var(--line); } i.sent { background: var(--sent); } i.heard { background: var(--heard); } i.good { background: var(--good); border-radius: 50%; } i.bad { background: var(--bad); border-radius: 50%; }
        .picture { overflow-x: auto; } svg { display: block; max-width: none; } svg text { font: 11px system-ui, sans-serif; fill: var(--ink); }
        svg text.quiet { fill: var(--quiet); font-variant-numeric: tabular-nums; } svg text.who { font-weight: 600; } svg .lane { stroke: var(--line); } svg .grid { stroke: var(--grid); }
        svg .stripe { fill: var(--page); } svg .arrow { stroke: var(--sent); fill: none; stroke-width: 1.3; } svg .arrow.provisional { stroke: var(--quiet); stroke-dasharray: 4 3; }
        svg .arrow.final { stroke: var(--good); } svg .arrow.refused { stroke: var(--bad); } svg g:hover .arrow { stroke-width: 2.5; }
        svg .good { fill: var(--good); } svg .bad { fill: var(--bad); } svg .act { fill: var(--sent); } svg .wait { fill: var(--line); }
        svg .ring { fill: var(--ring); } svg .talk { fill: var(--talk); } svg .held { fill: var(--held); } svg .sent { fill: var(--sent); } svg .heard { fill: var(--heard); }

        """;
}
