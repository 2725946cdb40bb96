using System.Globalization;
using System.Text;
using System.Xml;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Reports;

/// <summary>Writes a run as the XML that build servers read: a suite for each file, a case for each scenario.</summary>
public static class JUnitReport
{
    /// <summary>Writes the report.</summary>
    /// <param name="path">The file, which is replaced.</param>
    /// <param name="run">What happened.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, ScenarioRecorder run)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write);
        Write(stream, run);
    }

    /// <summary>Writes the report.</summary>
    /// <param name="stream">Takes it; stays open.</param>
    /// <param name="run">What happened.</param>
    public static void Write(Stream stream, ScenarioRecorder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        // What cannot stand in XML at all is made a question mark by Clean.
        using var xml = XmlWriter.Create(stream, new() { Indent = true, Encoding = new UTF8Encoding(false), CheckCharacters = true });
        xml.WriteStartElement("testsuites");
        Totals(xml, run.Scenarios);
        foreach (var suite in run.Scenarios.GroupBy(one => one.File))
        {
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", Clean(suite.Key));
            Totals(xml, [.. suite]);
            xml.WriteAttributeString("timestamp", suite.First().Started.UtcDateTime.ToString("s", CultureInfo.InvariantCulture));
            foreach (var scenario in suite)
                Case(xml, scenario);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Totals(XmlWriter xml, IReadOnlyList<ScenarioRecord> scenarios)
    {
        xml.WriteAttributeString("tests", Number(scenarios.Count));
        xml.WriteAttributeString("failures", Number(scenarios.Count(one => one.Status is ScenarioStatus.Failed or ScenarioStatus.Running)));
        xml.WriteAttributeString("errors", "0");
        xml.WriteAttributeString("skipped", Number(scenarios.Count(one => one.Status == ScenarioStatus.Skipped)));
        xml.WriteAttributeString("time", Seconds(TimeSpan.FromTicks(scenarios.Sum(one => one.Duration.Ticks))));
    }

    private static void Case(XmlWriter xml, ScenarioRecord scenario)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("name", Clean(scenario.Name));
        xml.WriteAttributeString("classname", Clean(Path.ChangeExtension(scenario.File, null).Replace('/', '.').TrimStart('.')));
        xml.WriteAttributeString("file", Clean(scenario.File));
        xml.WriteAttributeString("time", Seconds(scenario.Duration));
        switch (scenario.Status)
        {
            case ScenarioStatus.Skipped:
                Message(xml, "skipped", scenario.Reason, null);
                break;
            case ScenarioStatus.Failed or ScenarioStatus.Running:
                Message(xml, "failure", scenario.Reason ?? "it did not end", scenario.Reason);
                break;
        }

        foreach (var error in scenario.Retried)
            Message(xml, scenario.Status == ScenarioStatus.Passed ? "flakyFailure" : "rerunFailure", error, error);
        if (scenario.Events.Count > 0)
            xml.WriteElementString("system-out", Clean(string.Join('\n', scenario.Events.Select(EventText.Line).OfType<string>())));
        xml.WriteEndElement();
    }

    private static void Message(XmlWriter xml, string element, string? message, string? text)
    {
        xml.WriteStartElement(element);
        if (message is not null)
            xml.WriteAttributeString("message", Clean(message));
        if (element.EndsWith("ailure", StringComparison.Ordinal))
            xml.WriteAttributeString("type", "scenario");
        xml.WriteString(Clean(text ?? ""));
        xml.WriteEndElement();
    }

    // XML 1.0 §2.2: these cannot be written, not even escaped. A lone half of a pair is none either.
    private static string Clean(string text) => string.Concat(text.EnumerateRunes().Select(rune =>
        rune.Value is 9 or 10 or 13 or (>= 32 and not (0xFFFE or 0xFFFF)) ? rune.ToString() : "?"));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
}
