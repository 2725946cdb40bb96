using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Flows;

/// <summary>Plays a flow: Parley in this process, every other party a SIPp of its own.</summary>
internal static class FlowRun
{
    public static async Task PlayAsync(string folder, string name)
    {
        var flow = Flow.Read(folder, name);
        var ports = flow.Parties.Select(party => party.Name).Distinct().ToDictionary(party => party, _ => Ports.Take());
        await using var stage = await FlowStage.StartAsync(flow.Host, ports);
        List<(FlowParty Party, Sipp Sipp)> running = [];
        try
        {
            // Those who are called listen before the first of the others speaks.
            foreach (var party in flow.Parties.Where(party => !party.IsCaller))
                running.Add((party, await Sipp.PlayAsync(SippScript.Write(party), stage.Port, ports[party.Name], Keywords(stage, ports), waits: true)));
            await stage.BeginAsync();
            foreach (var party in flow.Parties.Where(party => party.IsCaller).OrderBy(party => party.StartAfter))
            {
                await stage.WaitAsync(party.StartAfter);
                var script = SippScript.Write(party);
                if (script.Contains("[replaces]", StringComparison.Ordinal))
                    await stage.WaitForKeyAsync("replaces");
                running.Add((party, await Sipp.PlayAsync(script, stage.Port, ports[party.Name], Keywords(stage, ports), waits: false)));
            }
            var failure = await FirstFailureAsync(running);
            var told = await stage.FinishAsync(failure is null);
            Assert.True(failure is null && told.Length == 0, $"{flow.Title}\n{failure}\nParley: {told}");
        }
        finally
        {
            foreach (var (_, sipp) in running)
                await sipp.DisposeAsync();
        }
    }

    private static Dictionary<string, string> Keywords(FlowStage stage, Dictionary<string, int> ports)
    {
        var keywords = new Dictionary<string, string>(stage.Keys);
        foreach (var (party, port) in ports)
            keywords[party + "_port"] = $"{port}";
        return keywords;
    }

    // Once one party has failed the others wait in vain.
    private static async Task<string?> FirstFailureAsync(List<(FlowParty Party, Sipp Sipp)> running)
    {
        var ends = running.ConvertAll(async one => (one.Party, Result: await one.Sipp.ResultAsync(TimeSpan.FromSeconds(75))));
        while (ends.Count > 0)
        {
            var end = await Task.WhenAny(ends);
            ends.Remove(end);
            var (party, result) = await end;
            if (result.ExitCode == 0 && result.Successful == 1 && result.Failed == 0)
                continue;
            // What the others met with may say more.
            var others = await Task.WhenAll(ends.ConvertAll(async other => await Task.WhenAny(other, Task.Delay(500)) == other && (await other) is var (who, what) && what.Failed != 0
                ? $"\n{who.Name}: {what.Errors}" : ""));
            return $"{party.Name}: SIPp ended with {result.ExitCode}\n{result.Errors}{string.Concat(others)}\nThe scenario of {party.Name}:\n{SippScript.Write(party)}";
        }
        return null;
    }
}
