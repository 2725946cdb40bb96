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
                running.Add((party, await Sipp.PlayAsync(SippScript.Write(party), party.Name, stage.Port, ports[party.Name], ports, waits: true)));
            stage.Begin();
            foreach (var party in flow.Parties.Where(party => party.IsCaller).OrderBy(party => party.StartAfter))
            {
                await stage.WaitAsync(party.StartAfter);
                running.Add((party, await Sipp.PlayAsync(SippScript.Write(party), party.Name, stage.Port, ports[party.Name], ports, waits: false)));
            }
            List<string> failures = [];
            foreach (var (party, sipp) in running)
            {
                var result = await sipp.ResultAsync(TimeSpan.FromSeconds(75));
                if (result.ExitCode != 0 || result.Successful != 1 || result.Failed != 0)
                    failures.Add($"{party.Name}: SIPp ended with {result.ExitCode}\n{result.Errors}\nof this scenario:\n{SippScript.Write(party)}");
            }
            var told = await stage.FinishAsync();
            Assert.True(failures.Count == 0, $"{flow.Title}\n{string.Join("\n", failures)}\nParley: {told}");
            Assert.True(told.Length == 0, $"{flow.Title}\nParley: {told}");
        }
        finally
        {
            foreach (var (_, sipp) in running)
                await sipp.DisposeAsync();
        }
    }
}
