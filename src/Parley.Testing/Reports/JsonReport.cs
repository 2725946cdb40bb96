using Parley.Testing.Scenarios;

namespace Parley.Testing.Reports;

/// <summary>Writes each event as a line of JSON. What the scenario prints is none: it goes elsewhere, or the lines could not be read.</summary>
/// <param name="output">Takes the lines.</param>
/// <param name="printed">Takes what is printed.</param>
public sealed class JsonReport(TextWriter output, TextWriter printed) : IScenarioObserver
{
    /// <inheritdoc/>
    public void On(ScenarioEvent scenarioEvent)
    {
        ArgumentNullException.ThrowIfNull(scenarioEvent);
        if (scenarioEvent is Printed text)
        {
            printed.WriteLine(text.Text);
            return;
        }

        if (scenarioEvent.IsDetail)
            return;
        output.WriteLine(ScenarioJson.Write(scenarioEvent));
        output.Flush();
    }
}
