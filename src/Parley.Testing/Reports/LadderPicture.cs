using System.Globalization;
using System.Text;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Reports;

/// <summary>Draws the SIP messages of a scenario as a ladder: a column for each address, named by the agent whose it is, an arrow for each message.</summary>
internal static class LadderPicture
{
    private const int Left = 80;
    private const int Row = 24;
    private const int Head = 40;

    // Columns share a page's width; labels need some.
    private const int Width = 1000;
    private const int MinColumn = 190;
    private const int MaxColumn = 300;

    public static void Write(StringBuilder page, ScenarioRecord scenario)
    {
        var traces = scenario.Events.OfType<AgentMessages>().Where(one => one.Messages.Count > 0).ToList();
        var messages = Merge(traces);
        if (messages.Count == 0)
            return;
        var names = Names(traces);
        var addresses = messages.SelectMany(one => (string[])[one.From, one.To]).Distinct().ToList();
        var column = Math.Clamp(Width / addresses.Count, MinColumn, MaxColumn);
        var (width, height) = (Left + (addresses.Count * column), Head + (messages.Count * Row) + 8);
        page.Append(CultureInfo.InvariantCulture, $"<h3>SIP</h3><div class=\"picture\"><svg width=\"{width}\" height=\"{height}\" role=\"img\">\n");
        for (var row = 1; row < messages.Count; row += 2)
            page.Append(CultureInfo.InvariantCulture, $"<rect class=\"stripe\" x=\"0\" y=\"{Head + (row * Row)}\" width=\"{width}\" height=\"{Row}\"/>");
        for (var i = 0; i < addresses.Count; i++)
            Participant(page, names.GetValueOrDefault(addresses[i]), addresses[i], Centre(i), height);
        foreach (var (message, row) in messages.Select((message, row) => (message, row)))
        {
            page.Append(CultureInfo.InvariantCulture, $"<g><title>{EventText.Time(message.At)} {HtmlReport.Escape(message.Text)}</title>");
            page.Append(CultureInfo.InvariantCulture, $"<text class=\"quiet\" x=\"{Left - 14}\" y=\"{Head + (row * Row) + 18}\" text-anchor=\"end\">{(message.At - scenario.Started).TotalSeconds:0.000} s</text>");
            Arrow(page, message, Centre(addresses.IndexOf(message.From)), Centre(addresses.IndexOf(message.To)), Head + (row * Row) + 18);
        }

        page.Append("</svg></div>\n<details><summary>messages</summary>\n");
        foreach (var message in messages)
            page.Append(CultureInfo.InvariantCulture, $"<p>{EventText.Time(message.At)} {HtmlReport.Escape($"{message.From} → {message.To}")}</p><pre class=\"sip\">{HtmlReport.Escape(message.Text.TrimEnd())}</pre>\n");
        page.Append("</details>\n");

        int Centre(int place) => Left + (place * column) + (column / 2);
    }

    // A message between two agents is in both of their traces: once when it left, once when it came.
    private static List<SipLine> Merge(List<AgentMessages> traces)
    {
        var messages = new List<SipLine>();
        var seen = new Dictionary<(string, string, string), int>();
        foreach (var trace in traces)
        {
            var own = new Dictionary<(string, string, string), int>();
            foreach (var message in trace.Messages)
            {
                var key = (message.From, message.To, message.Text);
                own[key] = own.GetValueOrDefault(key) + 1;
                if (own[key] > seen.GetValueOrDefault(key))
                    messages.Add(message);
            }

            foreach (var (key, count) in own)
                seen[key] = Math.Max(count, seen.GetValueOrDefault(key));
        }

        return [.. messages.OrderBy(one => one.At)];
    }

    // An agent's own address is the one that all of its messages have at one end; with a single peer both ends are, and it is the one nobody else has.
    private static Dictionary<string, string> Names(List<AgentMessages> traces)
    {
        var names = new Dictionary<string, string>();
        foreach (var trace in traces)
        {
            var ends = trace.Messages.Select(one => (string[])[one.From, one.To]).Aggregate((a, b) => [.. a.Intersect(b)]);
            var own = ends.Where(end => !names.ContainsKey(end)).ToList();
            if (trace.Address is { } address && ends.Contains(address))
                names[address] = trace.Agent;
            else if (own.Count > 0)
                names[own.Contains(trace.Messages[0].From) ? trace.Messages[0].From : own[0]] = trace.Agent;
        }

        return names;
    }

    private static void Participant(StringBuilder page, string? agent, string address, int x, int height)
    {
        if (agent is not null)
            page.Append(CultureInfo.InvariantCulture, $"<text class=\"who\" x=\"{x}\" y=\"12\" text-anchor=\"middle\">{HtmlReport.Escape(agent)}</text>");
        page.Append(CultureInfo.InvariantCulture, $"<text class=\"quiet\" x=\"{x}\" y=\"26\" text-anchor=\"middle\">{HtmlReport.Escape(address)}</text>");
        page.Append(CultureInfo.InvariantCulture, $"<line class=\"lane\" x1=\"{x}\" x2=\"{x}\" y1=\"32\" y2=\"{height}\"/>\n");
    }

    private static void Arrow(StringBuilder page, SipLine message, int from, int to, int y)
    {
        var label = HtmlReport.Escape(message.Label);
        var style = message.Label[0] switch { '1' => "arrow provisional", '2' => "arrow final", >= '3' and <= '6' => "arrow refused", _ => "arrow" };
        if (from == to)
        {
            page.Append(CultureInfo.InvariantCulture, $"<text x=\"{from + 6}\" y=\"{y + 4}\">⟲ {label}</text></g>\n");
            return;
        }

        var back = from < to ? -7 : 7;
        page.Append(CultureInfo.InvariantCulture, $"<path class=\"{style}\" d=\"M{from} {y}H{to}m{back} -4L{to} {y}l{back} 4\"/><text x=\"{(from + to) / 2}\" y=\"{y - 4}\" text-anchor=\"middle\">{label}</text></g>\n");
    }
}
